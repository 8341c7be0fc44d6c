//! The kernel that `cargo lab register` registers, in front-ends other than JupyterLab.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use harness::port::{free_port, is_free};
use installation::tutorial::repository;
use launcher::install::register;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common;

/// A Jupyter data folder in which the kernel is registered.
fn registered() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("kernels").join(register::NAME);
    register::register_at(&common::prepared(), &folder).unwrap();
    data
}

/// A Jupyter program, run in the notebooks' folder.
fn jupyter(data: &Path, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(common::prepared().venv_program(program));
    command.args(arguments).env("JUPYTER_DATA_DIR", data).env_remove("JUPYTER_PATH");
    // nbclient writes its connection files into the folder for temporary files.
    command.env("TMPDIR", data);
    command.current_dir(repository().join("notebooks"));
    command
}

fn read(file: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// Reads a notebook of this clone.
fn notebook(file: &str) -> Value {
    read(&repository().join("notebooks").join(file))
}

fn cell<'a>(notebook: &'a Value, id: &str) -> &'a Value {
    let mut cells = notebook["cells"].as_array().unwrap().iter();
    cells.find(|cell| cell["id"] == id).unwrap_or_else(|| panic!("no cell {id}"))
}

/// The text of a cell's code or of one output, which is a string or a list of lines.
fn text(lines: &Value) -> String {
    match lines {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().into(),
    }
}

/// The code of a cell, with its port replaced.
fn code_at(notebook: &Value, id: &str, port: u16) -> String {
    text(&cell(notebook, id)["source"]).replace("u16 = 49152;", &format!("u16 = {port};"))
}

/// Writes a notebook into `folder`, made of cells from this clone's notebooks with their port
/// replaced.
fn excerpt(cells: &[(&str, &str)], port: u16, folder: &Path) -> PathBuf {
    let cells = cells.iter().map(|(file, id)| {
        // The crates are not beside this folder.
        let code = code_at(&notebook(file), id, port);
        let code = code.replace("\"..", &format!("\"{}", repository().display()));
        json!({
            "cell_type": "code", "id": format!("{file}-{id}").replace('.', "-"), "metadata": {},
            "source": code, "execution_count": null, "outputs": [],
        })
    });
    let cells: Vec<Value> = cells.collect();
    let text = json!({ "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
    let file = folder.join(format!("{}.ipynb", uuid::Uuid::new_v4().simple()));
    fs::write(&file, text.to_string()).unwrap();
    file
}

/// Executes a notebook in place.
fn execute(data: &Path, file: &Path) -> Child {
    let name = format!("--kernel_name={}", register::NAME);
    let mut execute = jupyter(data, "jupyter-execute", &["--inplace", "--allow-errors", &name]);
    execute.arg("--timeout=300").arg(file).spawn().unwrap()
}

/// Interrupts the only running kernel, because the server in Part 1 runs until it is interrupted.
fn interrupt(data: &Path) {
    let script = "import pathlib, sys\n\
                  from jupyter_client import BlockingKernelClient\n\
                  [file] = pathlib.Path(sys.argv[1]).glob('*.json')\n\
                  client = BlockingKernelClient(connection_file=str(file))\n\
                  client.load_connection_file()\n\
                  client.start_channels(iopub=False, stdin=False, hb=False)\n\
                  client.control_channel.send(client.session.msg('interrupt_request'))\n\
                  client.get_control_msg(timeout=60)";
    let mut python = jupyter(data, "python", &["-c", script]);
    assert!(python.arg(data).status().unwrap().success());
}

/// What the cell `id`, copied from the notebook `from`, printed in an executed notebook.
fn shown(file: &Path, from: &str, id: &str) -> String {
    let id = format!("{from}-{id}").replace('.', "-");
    printed(cell(&read(file), &id))
}

/// Everything that a cell printed, in one piece.
fn printed(cell: &Value) -> String {
    cell["outputs"].as_array().unwrap().iter().map(|output| text(&output["text"])).collect()
}

/// Whether a server cell has the port. A look at the list, as binding it would take it from the cell.
fn is_served(port: u16) -> bool {
    if cfg!(not(target_os = "linux")) {
        return !is_free(port);
    }
    let sockets = fs::read_to_string("/proc/net/udp").unwrap();
    sockets.contains(&format!(" 0100007F:{port:04X} "))
}

/// Runs the article and a lab in kernels of a front-end that does not name the notebook.
#[test]
fn jupyter_execute_runs_both_notebooks_side_by_side() {
    const LAB: [&str; 2] = ["datagrams-server.ipynb", "datagrams-client.ipynb"];
    let (data, folder) = (registered(), tempfile::tempdir().unwrap());
    let port = free_port();
    let [left_lab, lab] = LAB.map(|file| ["setup", "tools", "edges"].map(|id| (file, id)).to_vec());
    let [left, part_1] =
        ["server.ipynb", "client.ipynb"].map(|file| [(file, "setup"), (file, "hello")]);
    let left = excerpt(&[left.to_vec(), left_lab].concat(), port, folder.path());
    let [part_1, lab] = [part_1.to_vec(), lab].map(|cells| excerpt(&cells, port, folder.path()));
    let mut serving = execute(data.path(), &left);
    common::wait_until(|| is_served(port));
    assert!(execute(data.path(), &part_1).wait().unwrap().success());
    interrupt(data.path());
    common::wait_until(|| !is_served(port));
    common::wait_until(|| is_served(port));
    assert!(execute(data.path(), &lab).wait().unwrap().success());
    assert!(serving.wait().unwrap().success());
    let sent = shown(&left, "server.ipynb", "hello");
    assert!(
        sent.contains("Sending the message: Server accessed.(1)\nThe message is sent."),
        "{sent}"
    );
    let received = shown(&part_1, "client.ipynb", "hello");
    assert!(received.contains("Received from the server: Server accessed.(1)"), "{received}");
    for (from, file) in LAB.into_iter().zip([&left, &lab]) {
        let recorded = printed(cell(&notebook(from), "edges"));
        assert_eq!(shown(file, from, "edges").lines().count(), recorded.lines().count());
    }
}

/// A kernel at a prompt in a terminal.
struct Console {
    process: Child,
    input: ChildStdin,
}

impl Console {
    /// Starts the console and types the set-up cell and the cell `hello`, with the lines of each
    /// joined into one, because the console runs every line as a cell.
    fn start(data: &Path, packages: &Path, notebook: &Value, port: u16) -> Console {
        let mut console = jupyter(data, "python", &["-m", "jupyter_console", "--simple-prompt"]);
        console.args(["--kernel", register::NAME]).env("PYTHONPATH", packages);
        let mut process = console
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the console starts");
        let mut console = Console { input: process.stdin.take().unwrap(), process };
        for id in ["setup", "hello"] {
            let code = code_at(notebook, id, port);
            let lines = code.lines().map(|line| line.split("//").next().unwrap().trim());
            let (commands, code): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with(':'));
            for line in commands.into_iter().chain([code.join(" ").as_str()]) {
                writeln!(console.input, "{line}").unwrap();
            }
        }
        console
    }

    /// Presses Ctrl-C, which interrupts the cell, and closes the input, which ends the kernel.
    fn end(mut self) {
        kill(Pid::from_raw(self.process.id() as i32), Signal::SIGINT).unwrap();
        drop(self.input);
        common::wait_until(|| self.process.try_wait().unwrap().is_some());
    }

    /// Waits until the console shows `text`.
    fn until(&mut self, lines: &mut impl Iterator<Item = String>, text: &str) {
        assert!(lines.any(|line| line.contains(text)), "it never showed {text:?}");
    }
}

#[test]
#[ignore = "downloads jupyter-console"]
fn jupyter_console_runs_server_and_client() {
    let (data, packages) = (registered(), tempfile::tempdir().unwrap());
    let mut pip = Command::new(common::prepared().venv_program("python"));
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "jupyter-console==6.6.3",
        "--target",
    ]);
    assert!(pip.arg(packages.path()).status().unwrap().success());
    let [server, client] = ["server.ipynb", "client.ipynb"].map(notebook);
    let port = free_port();
    let start = |notebook| Console::start(data.path(), packages.path(), notebook, port);
    let shown = |console: &mut Console| {
        BufReader::new(console.process.stdout.take().unwrap()).lines().map_while(Result::ok)
    };
    let mut left = start(&server);
    let mut served = shown(&mut left);
    left.until(&mut served, "and waits.");
    let mut right = start(&client);
    let mut received = shown(&mut right);
    right.until(&mut received, "Received from the server: Server accessed.(1)");
    left.until(&mut served, "Sending the message: Server accessed.(1)");
    for console in [left, right] {
        console.end();
    }
}
