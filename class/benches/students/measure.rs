//! What a class costs: students who all start at once.

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result};
use class::hub::Class;
use class::student::Student;
use harness::report::{Table, median};
use installation::tutorial::{Side, repository};
use proof::notebook::Notebook;
use proof::pair::{self, SETUP};

/// The most that are measured, a class.
const MOST: usize = 30;

/// The memory that a student who has run both notebooks' first cells takes, with room for the compiler, in
/// MB; the machine has to hold all of them.
const ROOM: f64 = 1000.0;

/// What one student has seen, in seconds from log-in, and the memory of their container in MB.
struct Seen {
    server: f64,
    reply: f64,
    memory: f64,
}

/// Lets classes of different sizes start, and writes `measured/class.md`.
pub fn write(machine: &str) -> Result<()> {
    let room = available()? / ROOM;
    let sizes = [1, 3, 10, MOST.min(room as usize)];
    let names: Vec<String> = (1..=MOST).map(|number| format!("test{number}")).collect();
    let head = [
        "server, median [s]",
        "slowest [s]",
        "first reply, median [s]",
        "slowest [s]",
        "… for each student [s]",
        "memory of each [MB]",
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
        let memory = median(column(|seen| seen.memory));
        let mut cells: Vec<String> =
            server.iter().chain(&reply).chain([&each]).map(|time| format!("{time:.1}")).collect();
        cells.push(format!("{memory:.0}"));
        table.row(&size.to_string(), cells);
        // What is there stays there if the machine does not hold the next class.
        let report = report(machine, &table, &lesson(each, memory));
        fs::write(repository().join("measured/class.md"), report)?;
    }
    Ok(())
}

/// What a lesson needs, by what each student of the largest class has taken.
fn lesson(seconds: f64, memory: f64) -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let most = MOST as f64;
    format!(
        "By the last row a lesson of {MOST} needs {:.0} GB of memory beside what the machine itself needs, \
         and {:.0} seconds of one processor until all have had their first reply, which all of its \
         processors share.",
        most * memory / 1000.0,
        most * seconds * processors
    )
}

fn report(machine: &str, table: &Table, lesson: &str) -> String {
    format!(
        "# A class, measured\n\n\
         Written by `cargo proof bench class`, one run, the clients on the same machine. {machine}\n\n\
         {table}\n\n\
         All students log in and start their servers in the same moment, open both notebooks as soon as \
         their servers run, and run `setup` and `hello` left and right. The first reply is \
         `Server accessed.(1)`, from log-in. *For each student* is the slowest one's time by the number of \
         students: where it stays, the time grows as the work does. The memory is what the container holds \
         after that, with both kernels.\n\n\
         {lesson}\n"
    )
}

/// The memory that this machine has left, in MB.
fn available() -> Result<f64> {
    let memory = fs::read_to_string("/proc/meminfo")?;
    let line = memory.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    Ok(kibibytes.context("Linux tells the memory that is left")? * 1024.0 / 1e6)
}

/// Each student is a thread of their own, as a browser is.
fn start_at_once(class: &Class, names: &[&str]) -> Result<Vec<Seen>> {
    std::thread::scope(|scope| {
        let students: Vec<_> = names.iter().map(|name| scope.spawn(|| one(class, name))).collect();
        let seen: Result<Vec<(Student, Seen)>> = students
            .into_iter()
            .map(|student| student.join().expect("it does not panic"))
            .collect();
        // All of them work still: none is measured while others have not begun.
        let seen = seen?.into_iter();
        Ok(seen
            .map(|(student, seen)| Seen { memory: class.memory_of(&student.name), ..seen })
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
    Ok((student, Seen { server, reply, memory: 0.0 }))
}
