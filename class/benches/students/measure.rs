//! What a class costs when all students start at once.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};
use class::hub::Class;
use class::student::Student;
use harness::report::{Table, median};
use installation::tutorial::{Side, repository};
use proof::notebook::Notebook;
use proof::pair::{self, SETUP};

/// The largest class measured.
const MOST: usize = 30;

/// Memory in MB to allow for each student who has run the first cells of both notebooks, with some
/// to spare for the compiler. All students must fit in the machine's memory.
const ROOM: f64 = 1000.0;

/// One student's times, in seconds from log-in, the processor time of their container in seconds, and its
/// memory in MB.
struct Seen {
    server: f64,
    reply: f64,
    processor: f64,
    memory: f64,
}

/// Starts classes of different sizes, and writes `measured/class.md`.
pub fn write(machine: &str) -> Result<()> {
    let room = available()? / ROOM;
    let sizes = [1, 3, 10, MOST.min(room as usize)];
    let names: Vec<String> = (1..=MOST).map(|number| format!("test{number}")).collect();
    let head = [
        "server, median [s]",
        "slowest [s]",
        "first reply, median [s]",
        "slowest [s]",
        "… per student [s]",
        "processor per student [s]",
        "memory per student [MB]",
    ];
    let mut table = Table::new("students at once", head);
    for size in sizes {
        eprintln!("{size} students");
        let names: Vec<&str> = names[..size].iter().map(String::as_str).collect();
        let class = Class::start(&names);
        let seen = start_at_once(&class, &names)?;
        let column = |of: fn(&Seen) -> f64| seen.iter().map(of);
        let slowest = |of: fn(&Seen) -> f64| column(of).fold(0.0, f64::max);
        let server = [median(column(|seen| seen.server)), slowest(|seen| seen.server)];
        let reply = [median(column(|seen| seen.reply)), slowest(|seen| seen.reply)];
        let each = reply[1] / size as f64;
        let processor = median(column(|seen| seen.processor));
        let memory = median(column(|seen| seen.memory));
        let times = server.iter().chain(&reply).chain([&each, &processor]);
        let mut cells: Vec<String> = times.map(|time| format!("{time:.1}")).collect();
        cells.push(format!("{memory:.0}"));
        table.row(&size.to_string(), cells);
        // Written after each size: the next class may be too large for the machine.
        let report = report(machine, &table, &lesson(processor, memory));
        fs::write(repository().join("measured/class.md"), report)?;
    }
    Ok(())
}

/// What a lesson needs, extrapolated from the largest class.
fn lesson(processor: f64, memory: f64) -> String {
    let most = MOST as f64;
    format!(
        "Going by the last row, a lesson of {MOST} needs {:.0} GB of memory beyond what the machine itself \
         uses. Until every student has had their first reply, their containers take {:.0} seconds of processor \
         time, shared among the machine's processors.",
        most * memory / 1000.0,
        most * processor
    )
}

fn report(machine: &str, table: &Table, lesson: &str) -> String {
    format!(
        "# What a class costs\n\n\
         Written by `cargo proof bench class`, one run, the clients on the same machine. {machine}\n\n\
         {table}\n\n\
         All students log in and start their servers at the same moment, open both notebooks as soon as \
         their servers run, and run `setup` and `hello` in both. The first reply is \
         `Server accessed.(1)`; its time counts from log-in. *Per student* is the slowest student's time divided \
         by the number of students: while it is constant, the time grows in proportion to the work. The processor \
         time is a median of what the containers have taken when the last student has had their reply; the hub, \
         the engine and the clients are not in it. The memory is what a container holds then, with both \
         kernels.\n\n\
         {lesson}\n"
    )
}

/// The memory available on this machine, in MB.
fn available() -> Result<f64> {
    let memory = fs::read_to_string("/proc/meminfo")?;
    let line = memory.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    Ok(kibibytes.context("/proc/meminfo has no MemAvailable in kB")? * 1024.0 / 1e6)
}

/// Each student runs in their own thread, as each would in their own browser.
fn start_at_once(class: &Class, names: &[&str]) -> Result<Vec<Seen>> {
    std::thread::scope(|scope| {
        let students: Vec<_> = names.iter().map(|name| scope.spawn(|| one(class, name))).collect();
        let seen: Result<Vec<(Student, Seen)>> = students
            .into_iter()
            .map(|student| student.join().expect("no student panics"))
            .collect();
        // What they use is measured only here, once every student is at work.
        let seen = seen?.into_iter();
        Ok(seen
            .map(|(student, seen)| {
                let (processor, memory) = class.used_by(&student.name);
                Seen { processor, memory, ..seen }
            })
            .collect())
    })
}

fn one(class: &Class, name: &str) -> Result<(Student, Seen)> {
    let began = Instant::now();
    let student = Student::log_in(class, name);
    student.start();
    let server = began.elapsed().as_secs_f64();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let reply = runtime.block_on(async {
        let (part, left, right) =
            pair::article().map(|pair| (pair.part, pair.server, pair.client))?;
        let code = |notebook: &Notebook, id: &str| notebook.code_cell(id).map(|cell| cell.source);
        let (mut serving, mut asking) = tokio::try_join!(
            student.kernel(&part, Side::Server),
            student.kernel(&part, Side::Client)
        )?;
        let (left_setup, right_setup) = (code(&left, SETUP)?, code(&right, SETUP)?);
        tokio::try_join!(serving.run(&left_setup), asking.run(&right_setup))?;
        let mut hello = serving.begin(&code(&left, "hello")?).await?;
        serving.wait_for_lines(&mut hello, 1).await?;
        let shown = asking.run(&code(&right, "hello")?).await?;
        anyhow::ensure!(shown.stdout.contains("Server accessed.(1)"), "{name}: {shown}");
        anyhow::Ok(began.elapsed().as_secs_f64())
    })?;
    Ok((student, Seen { server, reply, processor: 0.0, memory: 0.0 }))
}
