//! The kernel that `cargo lab register` registers, in front-ends that are not JupyterLab.
#![cfg(unix)] // Ctrl-C is a signal

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use launcher::install::register;
use launcher::tutorial::repository;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use proof::learner::{self, SETUP};
use proof::notebook::Notebook;
use proof::side;
use tempfile::TempDir;

use crate::common;

/// Jupyter's data folder of somebody who has registered the kernel.
fn registered() -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("kernels").join(register::NAME);
    register::register_at(&common::prepared(), &folder).unwrap();
    data
}

/// A program of Jupyter's, in the folder of the notebooks.
fn jupyter(data: &Path, program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(common::prepared().venv_program(program));
    command.args(arguments).env("JUPYTER_DATA_DIR", data).env_remove("JUPYTER_PATH");
    // nbclient's connection files are temporary ones.
    command.env("TMPDIR", data);
    command.current_dir(repository().join("notebooks"));
    command
}

/// The code of a cell, with another port.
fn code_at(notebook: &Notebook, id: &str, port: u16) -> String {
    let source = notebook.code_cell(id).unwrap().source;
    if id == SETUP { side::at_port(&source, port).unwrap() } else { source }
}

/// Writes the cells `ids` of a notebook, with another port, as a notebook in `folder`.
fn excerpt(notebook: &Notebook, ids: &[&str], port: u16, folder: &Path) -> PathBuf {
    let cells: Vec<_> = ids
        .iter()
        .map(|id| {
            let code = code_at(notebook, id, port);
            // The crate is not beside this folder.
            let code = code.replace("path = \"..\"", &format!("path = {:?}", repository()));
            serde_json::json!({
                "cell_type": "code", "id": id, "metadata": {}, "source": code,
                "execution_count": null, "outputs": [],
            })
        })
        .collect();
    let text = serde_json::json!({
        "cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    });
    let file = folder.join(format!("{}.ipynb", uuid::Uuid::new_v4().simple()));
    fs::write(&file, text.to_string()).unwrap();
    file
}

/// Executes a notebook where it is.
fn execute(data: &Path, file: &Path) -> Child {
    let name = format!("--kernel_name={}", register::NAME);
    let mut execute = jupyter(data, "jupyter-execute", &["--inplace", "--allow-errors", &name]);
    execute.arg("--timeout=120").arg(file).spawn().unwrap()
}

/// Interrupts the only kernel that runs: the server of Part 1 waits for that.
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

/// What a cell of an executed notebook shows.
fn shown(file: &Path, id: &str) -> String {
    let notebook = Notebook::read(file).unwrap();
    notebook.code_cell(id).unwrap().recorded.to_string()
}

#[test]
fn jupyter_execute_runs_both_notebooks_side_by_side() {
    let (data, folder) = (registered(), tempfile::tempdir().unwrap());
    let (server, client) = common::notebooks();
    let port = learner::free_port();
    let left = ["setup", "hello", "part-2-setup", "part-2-tools", "edges"];
    let left = excerpt(&server, &left, port, folder.path());
    let [part_1, lab] =
        [["setup", "hello"].as_slice(), &["setup", "part-2-setup", "part-2-tools", "edges"]]
            .map(|ids| excerpt(&client, ids, port, folder.path()));
    let mut serving = execute(data.path(), &left);
    common::wait_until(|| !learner::is_free(port));
    assert!(execute(data.path(), &part_1).wait().unwrap().success());
    interrupt(data.path());
    common::wait_until(|| learner::is_free(port));
    common::wait_until(|| !learner::is_free(port));
    assert!(execute(data.path(), &lab).wait().unwrap().success());
    assert!(serving.wait().unwrap().success());
    let sent = shown(&left, "hello");
    assert!(
        sent.contains("Sending the message: Server accessed.(1)\nThe message is sent."),
        "{sent}"
    );
    let received = shown(&part_1, "hello");
    assert!(received.contains("Received from the server: Server accessed.(1)"), "{received}");
    for (notebook, file) in [(&server, &left), (&client, &lab)] {
        let recorded = notebook.code_cell("edges").unwrap().recorded;
        assert_eq!(shown(file, "edges").lines().count(), recorded.to_string().lines().count());
    }
}

/// A kernel at a prompt in a terminal.
struct Console {
    process: Child,
    input: ChildStdin,
}

impl Console {
    /// Starts it and types the set-up cell and the cell `hello`, each line of them joined to one:
    /// here a line is a cell.
    fn start(data: &Path, packages: &Path, notebook: &Notebook, port: u16) -> Console {
        let mut console = jupyter(data, "python", &["-m", "jupyter_console", "--simple-prompt"]);
        console.args(["--kernel", register::NAME]).env("PYTHONPATH", packages);
        let mut process =
            console.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
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

    /// Presses Ctrl-C, which interrupts the cell, and ends the input, which ends the kernel.
    fn end(mut self) {
        kill(Pid::from_raw(self.process.id() as i32), Signal::SIGINT).unwrap();
        drop(self.input);
        common::wait_until(|| self.process.try_wait().unwrap().is_some());
    }

    /// Waits until it shows `text`.
    fn until(&mut self, lines: &mut impl Iterator<Item = String>, text: &str) {
        assert!(lines.any(|line| line.contains(text)), "it never showed {text:?}");
    }
}

#[test]
#[ignore = "downloads jupyter-console"]
fn jupyter_console_serves_and_asks() {
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
    let (server, client) = common::notebooks();
    let port = learner::free_port();
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
