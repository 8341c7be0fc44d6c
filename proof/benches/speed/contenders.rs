//! What to compare: the notebooks in two kernel configurations, and the same exchange in Python.

use std::path::{Path, PathBuf};

use anyhow::Result;
use harness::port::free_port;
use installation::folder::Installation;
use installation::tutorial::repository;
use proof::notebook::Notebook;
use proof::pair::{self, Pair, SETUP};
use proof::running_notebook::at_port;
use tempfile::TempDir;

/// The set-up cell in Python. [`PYTHON_SERVER`] and [`PYTHON_CLIENT`] are the other two cells.
pub fn python_setup(port: u16) -> String {
    format!("import socket\nHOST, PORT, BUFFER_SIZE = '127.0.0.1', {port}, 4096\nprint('Ready.')\n")
}

/// The server's loop. `#print` marks the lines to leave out when measuring only the traffic.
pub const PYTHON_SERVER: &str = "\
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((HOST, PORT))
print('The server waits.', flush=True)
count = 0
while True:
    data, client = server.recvfrom(BUFFER_SIZE)
    count += 1
    reply = f'Server accessed.({count})'
    print('Sending the message:', reply) #print
    server.sendto(reply.encode(), client)
    print('The message is sent.') #print
";

const PYTHON_CLIENT: &str = "\
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.bind((HOST, 0))
print(client)
print('The socket is created.')
client.settimeout(2)
client.sendto(b'Hello.', (HOST, PORT))
print('The message is sent to the server.')
reply = client.recv(BUFFER_SIZE).decode()
print('Received from the server:', reply)
client.close()
print('The socket is closed.')
";

/// A kernel and the cells of both sides.
pub struct Program {
    pub name: &'static str,
    pub jupyter_path: PathBuf,
    pub folder: PathBuf,
    /// The server's, then the client's.
    pub setup: [String; 2],
    pub server: String,
    pub client: String,
    // Folders that must live as long as the program.
    _folders: Vec<TempDir>,
}

/// The notebooks in a stock kernel, in the kernel of `cargo lab`, and Python.
pub fn all(installation: &Installation) -> Result<Vec<Program>> {
    let port = free_port();
    let stock = stock("stock kernel", &installation.kernel(), port)?;
    Ok(vec![stock, with_cargo_lab(installation, port)?, python(installation, port)?])
}

/// The notebooks in the kernel of `cargo lab`.
pub fn with_cargo_lab(installation: &Installation, port: u16) -> Result<Program> {
    let Pair { server: left, client: right, .. } = pair::article()?;
    Ok(Program {
        name: "`cargo lab`",
        jupyter_path: installation.jupyter_path(),
        folder: repository().join("notebooks"),
        setup: setups(&left, &right, port)?,
        server: source(&left, "hello")?,
        client: source(&right, "hello")?,
        _folders: Vec::new(),
    })
}

/// The notebooks in `kernel` as it installs itself, outside their folder with its settings.
pub fn stock(name: &'static str, kernel: &Path, port: u16) -> Result<Program> {
    let (kernelspec, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let mut install = std::process::Command::new(kernel);
    install.arg("--install").env("JUPYTER_PATH", kernelspec.path()).output()?;
    let path = format!("path = {:?}", repository());
    let Pair { server: left, client: right, .. } = pair::article()?;
    let setup = setups(&left, &right, port)?;
    Ok(Program {
        name,
        jupyter_path: kernelspec.path().into(),
        folder: folder.path().into(),
        setup: setup.map(|cell| cell.replace("path = \"..\"", &path)),
        server: source(&left, "hello")?,
        client: source(&right, "hello")?,
        _folders: vec![kernelspec, folder],
    })
}

fn python(installation: &Installation, port: u16) -> Result<Program> {
    let setup = python_setup(port);
    // ipykernel's own kernelspec says `python`, which Jupyter replaces with its own Python.
    let kernelspec = tempfile::tempdir()?;
    let mut install = std::process::Command::new(installation.venv_program("python"));
    install.args(["-m", "ipykernel", "install", "--prefix"]).arg(kernelspec.path()).output()?;
    Ok(Program {
        name: "Python",
        jupyter_path: kernelspec.path().join("share/jupyter"),
        folder: repository().join("notebooks"),
        setup: [setup.clone(), setup],
        server: PYTHON_SERVER.into(),
        client: PYTHON_CLIENT.into(),
        _folders: vec![kernelspec],
    })
}

/// The first cells of both notebooks, with another port.
fn setups(left: &Notebook, right: &Notebook, port: u16) -> Result<[String; 2]> {
    Ok([at_port(&source(left, SETUP)?, port)?, at_port(&source(right, SETUP)?, port)?])
}

fn source(notebook: &Notebook, id: &str) -> Result<String> {
    Ok(notebook.code_cell(id)?.source)
}

/// A process's current (`VmRSS`) or peak (`VmHWM`) memory, in MB; `None` except on Linux.
pub fn memory(process: u32, which: &str) -> Option<f64> {
    let status = std::fs::read_to_string(Path::new("/proc").join(format!("{process}/status")));
    let status = status.ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(which)?.strip_prefix(':'))?;
    let kibibytes: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}
