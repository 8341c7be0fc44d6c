//! A class at work: each student in their own container, behind a real JupyterHub.
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
use proof::running_notebook::PORT;
use thirtyfour::By;

/// A single test, since starting a class takes most of the time.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs podman, mmdebstrap, npm, chromium, chromedriver and root"]
async fn a_class_works_in_parallel_and_no_student_disturbs_another() {
    let mut class = Class::start(&["testzoe", "testkim", "testann", "testeve", "testlea"]);
    refuses_without_passwords(&class);

    let students = ["testzoe", "testkim", "testann"].map(|name| Student::log_in(&class, name));
    let eve = Student::log_in(&class, "testeve");
    for student in students.iter().chain([&eve]) {
        student.start();
    }
    the_labs_ports_are_reserved(&class, &students[0]);
    each_reaches_only_their_own(&class, &students[0], &students[1]).await;
    no_datagram_reaches_another(&class, &students[0], &students[1]).await;

    // Eve floods and then exhausts her memory, and the hub restarts, while the others run all labs.
    let work_of = students.each_ref().map(|student| {
        let own = student.clone();
        (student, tokio::spawn(async move { work(own).await }))
    });
    let lea = by_hand(&class).await;
    // Without a network a kernel can load only the crate that its notebook imports.
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
    // The image has everything compiled. The log would show anything compiled at a student's start.
    let log = class.log_of(&students[0].name);
    assert!(log.contains("Kernel started"), "{log}");
    assert!(!log.contains("Compiling ") && !log.contains("Updating crates"), "{log}");

    notebooks_outlive_the_container(&class, &students[2]);
    the_lesson_ends(&mut class, &students);
}

/// A student logs in with a browser, finds both notebooks side by side, and asks the server once.
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

/// There is no default password, and no default address.
fn refuses_without_passwords(class: &Class) {
    let refusal = class.refusal(&[("CLASS_PASSWORDS", "/nowhere")]);
    assert!(refusal.contains("There are no passwords"), "{refusal}");
    assert!(refusal.contains("class/passwords-for"), "no remedy: {refusal}");
    let refusal = class.refusal(&[("CLASS_ADDRESS", "127.0.0.1")]);
    assert!(refusal.contains("Set CLASS_ADDRESS"), "{refusal}");
    assert_eq!(Student::try_to_log_in(class, "testzoe", "guessed"), 403);
    assert_eq!(Student::try_to_log_in(class, "nobody", ""), 403);
}

/// The system never gives the labs' ports to one of JupyterLab's own connections.
fn the_labs_ports_are_reserved(class: &Class, student: &Student) {
    let list = "/proc/sys/net/ipv4/ip_local_reserved_ports";
    assert_eq!(class.run_in(&student.name, &["cat", list]), format!("{PORT}-{}\n", PORT + 1));
}

async fn each_reaches_only_their_own(class: &Class, zoe: &Student, kim: &Student) {
    assert_eq!(zoe.status_of("/user/testzoe/api/status"), 200);
    assert_eq!(zoe.status_of("/user/testkim/api/status"), 403);
    assert_eq!(zoe.status_of("/hub/api/users"), 403);
    assert_eq!(zoe.status_of("/hub/api/users/testkim"), 404, "students cannot see each other");
    assert_eq!(class.status_of("/user/testzoe/api/status"), 403);
    // From a cell, the hub's interface requires a token, and the proxy's is out of reach.
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

/// Kim sends datagrams from a cell to Zoe's container, to every port that the labs use.
async fn no_datagram_reaches_another(class: &Class, zoe: &Student, kim: &Student) {
    let address = class.address_of(&zoe.name);
    let (mut theirs, mut own) = (
        zoe.kernel(&article(), Side::Server).await.unwrap(),
        kim.kernel(&article(), Side::Client).await.unwrap(),
    );
    // The labs listen on the loopback interface; this server listens on all interfaces.
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

/// Floods a student's loopback interface, then takes memory until the container has none left.
async fn disturb(mut kernel: Kernel) {
    let flood = ":dep udp_labs = { path = \"../labs\" }\n\
        { let socket = std::net::UdpSocket::bind((\"127.0.0.1\", 0))?;\n\
        let target = socket.local_addr()?;\n\
        for _ in 0..5 { udp_labs::burst::send(&socket, target, 100_000, None, |_| vec![0; 64])?; }\n\
        println!(\"flooded\"); }";
    let shown = kernel.run(flood).await.unwrap();
    assert_eq!(shown.stdout, "flooded\n", "{shown}");
    // More than the limit: the kernel kills the cell or the whole container.
    let take = "{ let mut taken = Vec::new(); for _ in 0..64 { taken.push(vec![1u8; 64 << 20]); } \
        println!(\"{}\", taken.len()); }";
    let begun = kernel.begin(take).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(60), kernel.finish(begun)).await;
    if let Ok(Ok(shown)) = ended {
        assert!(!shown.stdout.contains("64"), "4 GiB were available: {shown}");
    }
}

/// The student starts a killed container again, and finds the notebooks as they were.
fn notebooks_outlive_the_container(class: &Class, student: &Student) {
    let own = "/api/contents/notebooks/server.ipynb";
    student.save("notebooks/server.ipynb", "# mine");
    class.kill_container(&student.name);
    wait_until(|| student.is_stopped());
    student.start();
    assert!(student.read(own).contains("# mine"));
    // A command in a terminal restores the originals and keeps the student's.
    let said = class.run_in(&student.name, &["sh", "-c", "cd ~/udp && cargo lab fresh"]);
    let kept = "your version is now /home/jovyan/udp/notebooks/server-mine-1.ipynb";
    assert!(said.contains(kept), "{said}");
    assert!(student.read("/api/contents/notebooks/server-mine-1.ipynb").contains("# mine"));
    let server = pair::article().unwrap().server;
    let fresh = student.read(own);
    assert!(fresh.contains(&server.texts()[0].1.lines().next().unwrap().to_string()), "{fresh}");
}

/// One command stops all servers, and the hub stops an idle one.
fn the_lesson_ends(class: &mut Class, students: &[Student]) {
    assert!(students.iter().all(|student| class.has_container(&student.name)));
    class.stop();
    wait_until(|| !students.iter().any(|student| class.has_container(&student.name)));
    assert_eq!(class.status_of("/hub/health"), 0, "the proxy still answers");
    class.restart_hub(&[("CLASS_IDLE", "6")]);
    students[0].start();
    wait_until(|| !class.has_container(&students[0].name));
}

/// The part that the class opens.
fn article() -> Part {
    Tutorial::read(&repository()).unwrap().article().clone()
}

/// A student works through all parts, in kernels that the student's server starts.
async fn work(student: Student) -> Result<()> {
    for pair in pair::all()? {
        student.close_all();
        let part = pair.part.clone();
        let (server, client) = tokio::try_join!(
            student.kernel(&part, Side::Server),
            student.kernel(&part, Side::Client)
        )?;
        // The student's container has a network of its own, where the notebooks' port is free.
        Learner::with_kernels(pair, [server, client], PORT).check().await?;
    }
    Ok(())
}
