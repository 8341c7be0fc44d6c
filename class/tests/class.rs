//! A class works: students in containers of their own, behind a real JupyterHub.
#![cfg(target_os = "linux")]

use std::time::Duration;

use anyhow::Result;
use class::hub::Class;
use class::student::Student;
use harness::browser::LabPage;
use harness::wait::wait_until;
use installation::tutorial::{Part, Side, Tutorial, repository};
use kernel_client::kernel::Kernel;
use proof::learner::Learner;
use proof::pair;
use thirtyfour::By;

/// All that is tried with one class: starting it is most of the time.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman, mmdebstrap, npm, chromium, chromedriver and root"]
async fn a_class_works_at_the_same_time_and_nobody_disturbs_another() {
    let mut class = Class::start(&["testzoe", "testkim", "testann", "testeve", "testlea"]);
    refuses_without_passwords(&class);

    let students = ["testzoe", "testkim", "testann"].map(|name| Student::log_in(&class, name));
    let eve = Student::log_in(&class, "testeve");
    for student in students.iter().chain([&eve]) {
        student.start();
    }
    each_reaches_only_their_own(&class, &students[0], &students[1]).await;
    no_datagram_reaches_another(&class, &students[0], &students[1]).await;

    // One floods, and then takes memory until its limit; the hub is started again. Meanwhile the others
    // run all labs.
    let work_of = students.each_ref().map(|student| {
        let own = student.clone();
        (student, tokio::spawn(async move { work(own).await }))
    });
    let lea = by_hand(&class).await;
    // Without a network a kernel loads the crate that its notebook imports, and no other.
    let labs = pair::with_lab("flood").unwrap().part;
    let disturbing = tokio::spawn(disturb(eve.kernel(&labs, Side::Server).await.unwrap()));
    class.restart_hub(&[]);
    let shown = lea.run(Side::Client, "hello").await;
    assert!(shown.contains("Server accessed.(2)"), "{shown}");
    lea.driver.clone().quit().await.unwrap();
    for (student, done) in work_of {
        done.await.unwrap().unwrap_or_else(|error| panic!("{}: {error:#}", student.name));
    }
    disturbing.await.unwrap();
    // All was compiled when the image was built: what compiles at a student's start says so in the log.
    let log = class.log_of(&students[0].name);
    assert!(log.contains("Kernel started"), "{log}");
    assert!(!log.contains("Compiling ") && !log.contains("Updating crates"), "{log}");

    notebooks_outlive_the_container(&class, &students[2]);
    the_lesson_ends(&mut class, &students);
}

/// A student with a browser logs in, both notebooks open side by side, and the student asks the server once.
async fn by_hand(class: &Class) -> LabPage {
    let page = LabPage::browser(&article()).await;
    page.driver.goto(class.url("/hub/login")).await.unwrap();
    for (field, text) in
        [("username_input", "testlea"), ("password_input", class.password("testlea"))]
    {
        page.driver.find(By::Id(field)).await.unwrap().send_keys(text).await.unwrap();
    }
    page.driver.find(By::Id("login_submit")).await.unwrap().click().await.unwrap();
    page.until_both_are_open().await;
    for side in Side::BOTH {
        page.run(side, "setup").await;
    }
    page.start(Side::Server, "hello").await;
    page.until_running_shows(Side::Server, "hello", "waits").await;
    let shown = page.run(Side::Client, "hello").await;
    assert!(shown.contains("Server accessed.(1)"), "{shown}");
    page
}

/// No default password, no address that others reach by chance.
fn refuses_without_passwords(class: &Class) {
    let refusal = class.refusal(&[("CLASS_PASSWORDS", "/nowhere")]);
    assert!(refusal.contains("There are no passwords"), "{refusal}");
    assert!(refusal.contains("class/passwords-for"), "it does not say how: {refusal}");
    let refusal = class.refusal(&[("CLASS_ADDRESS", "127.0.0.1")]);
    assert!(refusal.contains("Set CLASS_ADDRESS"), "{refusal}");
    assert_eq!(Student::try_to_log_in(class, "testzoe", "guessed"), 403);
    assert_eq!(Student::try_to_log_in(class, "nobody", ""), 403);
}

async fn each_reaches_only_their_own(class: &Class, zoe: &Student, kim: &Student) {
    assert_eq!(zoe.status_of("/user/testzoe/api/status"), 200);
    assert_eq!(zoe.status_of("/user/testkim/api/status"), 403);
    assert_eq!(zoe.status_of("/hub/api/users"), 403);
    assert_eq!(zoe.status_of("/hub/api/users/testkim"), 404, "nobody else is there for them");
    assert_eq!(class.status_of("/user/testzoe/api/status"), 403);
    // From a cell: the hub's own interface answers who has a token only, the proxy's is not
    // to be reached at all.
    let mut kernel = kim.kernel(&article(), Side::Client).await.unwrap();
    let ask = |address: String, path: &str| {
        format!(
            "{{ use std::io::{{Read, Write}};\n\
             let address: std::net::SocketAddr = \"{address}\".parse()?;\n\
             let wait = std::time::Duration::from_secs(2);\n\
             match std::net::TcpStream::connect_timeout(&address, wait) {{\n\
             Ok(mut stream) => {{ let mut reply = String::new();\n\
             write!(stream, \"GET {path} HTTP/1.0\\r\\n\\r\\n\")?;\n\
             stream.read_to_string(&mut reply)?; println!(\"{{}}\", reply.lines().next().unwrap_or_default()); }}\n\
             Err(error) => println!(\"{{}}\", error.kind()) }} }}"
        )
    };
    let shown = kernel.run(&ask(class.hub(), "/hub/api/users")).await.unwrap();
    assert!(shown.stdout.contains(" 403 "), "{shown}");
    let shown = kernel.run(&ask(class.proxy_interface(), "/api/routes")).await.unwrap();
    assert!(shown.stdout.contains("refused") || shown.stdout.contains("timed out"), "{shown}");
}

/// Datagrams from a cell of Kim's to Zoe's container, at all ports of the labs and where nobody listens.
async fn no_datagram_reaches_another(class: &Class, zoe: &Student, kim: &Student) {
    let address = class.address_of(&zoe.name);
    let (mut theirs, mut own) = (
        zoe.kernel(&article(), Side::Server).await.unwrap(),
        kim.kernel(&article(), Side::Client).await.unwrap(),
    );
    // The labs listen on the loopback interface; here is a server that listens on all.
    let listen = "{ let sockets: Vec<_> = [49152, 49153].map(|port| \
        std::net::UdpSocket::bind((\"0.0.0.0\", port)).unwrap()).into();\n\
        println!(\"Ready.\");\n\
        for socket in &sockets { socket.set_read_timeout(Some(std::time::Duration::from_secs(3)))?;\n\
        println!(\"{}\", socket.recv_from(&mut [0; 64]).is_ok()); } }";
    let mut listening = theirs.begin(listen).await.unwrap();
    theirs.wait_for_lines(&mut listening, 1).await.unwrap();
    let send = format!(
        "{{ let socket = std::net::UdpSocket::bind((\"0.0.0.0\", 0))?; for port in [49152, 49153] {{ \
         println!(\"{{}}\", socket.send_to(b\"Hello.\", (\"{address}\", port)).is_ok()); }} }}"
    );
    own.run(&send).await.unwrap();
    let heard = theirs.finish(listening).await.unwrap();
    assert_eq!(heard.stdout, "Ready.\nfalse\nfalse\n", "{heard}");
}

/// A flood on the loopback interface of one student, then memory until it is refused.
async fn disturb(mut kernel: Kernel) {
    let flood = ":dep udp_labs = { path = \"../labs\" }\n\
        { let socket = std::net::UdpSocket::bind((\"127.0.0.1\", 0))?;\n\
        let target = socket.local_addr()?;\n\
        for _ in 0..5 { udp_labs::burst::send(&socket, target, 100_000, None, |_| vec![0; 64])?; }\n\
        println!(\"flooded\"); }";
    let shown = kernel.run(flood).await.unwrap();
    assert_eq!(shown.stdout, "flooded\n", "{shown}");
    // More than the limit; what takes it is ended, the container or the cell.
    let take = "{ let mut taken = Vec::new(); for _ in 0..64 { taken.push(vec![1u8; 64 << 20]); } \
        println!(\"{}\", taken.len()); }";
    let begun = kernel.begin(take).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(60), kernel.finish(begun)).await;
    if let Ok(Ok(shown)) = ended {
        assert!(!shown.stdout.contains("64"), "4 GiB were given: {shown}");
    }
}

/// A container that is killed is started again by a click, with the notebooks as they were.
fn notebooks_outlive_the_container(class: &Class, student: &Student) {
    let own = "/api/contents/notebooks/server.ipynb";
    student.save("notebooks/server.ipynb", "# mine");
    class.kill_container(&student.name);
    wait_until(|| !student.is_ready());
    student.start();
    assert!(student.read(own).contains("# mine"));
    // A line in a terminal gives the fresh ones back and keeps theirs.
    let said = class.run_in(&student.name, &["sh", "-c", "cd ~/udp && cargo lab fresh"]);
    assert!(said.contains("yours is /home/jovyan/udp/notebooks/server-mine-1.ipynb"), "{said}");
    assert!(student.read("/api/contents/notebooks/server-mine-1.ipynb").contains("# mine"));
    let server = pair::article().unwrap().server;
    let fresh = student.read(own);
    assert!(fresh.contains(&server.texts()[0].1.lines().next().unwrap().to_string()), "{fresh}");
}

/// One command ends all servers, and who does nothing is stopped.
fn the_lesson_ends(class: &mut Class, students: &[Student]) {
    assert!(students.iter().all(|student| class.has_container(&student.name)));
    class.stop();
    wait_until(|| !students.iter().any(|student| class.has_container(&student.name)));
    assert_eq!(class.status_of("/hub/health"), 0, "the proxy answers still");
    class.restart_hub(&[("CLASS_IDLE", "6")]);
    students[0].start();
    wait_until(|| !class.has_container(&students[0].name));
}

/// The part that the class opens.
fn article() -> Part {
    Tutorial::read(&repository()).unwrap().article().clone()
}

/// A student goes through all parts, each open in kernels that the student's server has started.
async fn work(student: Student) -> Result<()> {
    for pair in pair::all()? {
        student.close_all();
        let part = pair.part.clone();
        let (server, client) = tokio::try_join!(
            student.kernel(&part, Side::Server),
            student.kernel(&part, Side::Client)
        )?;
        Learner::with_kernels(pair, server, client).check().await?;
    }
    Ok(())
}
