//! How long a learner waits in Chromium: from the command to the page, to the server's first line
//! and to the client's reply. The benchmark runs the first cells as soon as the page shows them.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use harness::browser::LabPage;
use harness::report::{Table, median};
use harness::saved::Saved;
use installation::folder::Installation;
use installation::jupyterlab_api::Api;
use installation::tutorial::{Side, repository};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use proof::pair;
use tempfile::TempDir;
use tokio::task::{LocalSet, spawn_local};

use Side::{Client, Server};

/// One measurement, in the order of [`ROWS`].
type Sample = [f64; 3];

/// How often to measure a way that hangs.
const TRIES: usize = 3;

const ROWS: [&str; 3] = [
    "to the page, with both notebooks [s]",
    "to the server's first line [s]",
    "to the client's reply [s]",
];

/// A way to start JupyterLab with both notebooks.
trait Way {
    const NAME: &'static str;

    fn start(&self) -> Result<Child>;

    /// The JupyterLab that `child` has started, and the address of the page with both notebooks.
    fn jupyter(&self, child: &mut Child) -> Result<(Api, String)>;
}

/// `cargo lab`, already compiled and installed.
struct CargoLab;

impl Way for CargoLab {
    const NAME: &'static str = "`cargo lab`";

    fn start(&self) -> Result<Child> {
        let mut lab = Command::new("cargo");
        lab.args(["run", "--quiet", "--package", "launcher", "--", "--no-browser", "--new"]);
        lab.current_dir(repository()).stdout(Stdio::piped()).stderr(Stdio::null());
        Ok(lab.process_group(0).spawn()?)
    }

    fn jupyter(&self, child: &mut Child) -> Result<(Api, String)> {
        let lines = BufReader::new(child.stdout.take().context("stdout is not piped")?).lines();
        let mut lines = lines.map_while(Result::ok);
        let url = lines.find_map(|line| Some(line.strip_prefix("JupyterLab: ")?.to_string()));
        let url = url.context("cargo lab has printed no address")?;
        Ok((Api::of_page(&url).context("the address has no token")?, url))
    }
}

/// JupyterLab as pip installs it, and the kernel as it installs itself.
struct Stock {
    folder: TempDir,
}

const TOKEN: &str = "stock";

/// The version that `cargo lab` installs.
const JUPYTERLAB: &str = "jupyterlab==4.6.6";

impl Stock {
    fn new(installation: &Installation) -> Result<Stock> {
        let folder = tempfile::tempdir()?;
        let python = |arguments: &[&str]| -> Result<()> {
            let status =
                Command::new(installation.venv_program("python")).args(arguments).status()?;
            ensure!(status.success(), "cannot install JupyterLab");
            Ok(())
        };
        let environment = folder.path().join("venv");
        python(&["-m", "venv", &environment.to_string_lossy()])?;
        python(&[
            "-m",
            "pip",
            "--quiet",
            "--python",
            &environment.to_string_lossy(),
            "install",
            JUPYTERLAB,
        ])?;
        installation.install_stock_kernelspec(&folder.path().join("data"))?;
        // The article's layout, under the file name that JupyterLab derives from its name.
        fs::create_dir(folder.path().join("workspaces"))?;
        fs::copy(
            repository().join("launcher/src/open/udp.jupyterlab-workspace"),
            folder.path().join("workspaces/udp-571e.jupyterlab-workspace"),
        )?;
        Ok(Stock { folder })
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }
}

impl Way for Stock {
    const NAME: &'static str = "stock";

    fn start(&self) -> Result<Child> {
        let mut jupyter = Command::new(self.path("venv/bin/jupyter"));
        jupyter.args(["lab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]);
        jupyter.env("JUPYTER_TOKEN", TOKEN);
        jupyter.env("JUPYTER_DATA_DIR", self.path("data"));
        jupyter.env("JUPYTER_CONFIG_DIR", self.path("config"));
        jupyter.env("JUPYTER_RUNTIME_DIR", self.path("runtime"));
        jupyter.env("JUPYTERLAB_WORKSPACES_DIR", self.path("workspaces"));
        jupyter.env("JUPYTERLAB_SETTINGS_DIR", self.path("settings"));
        let jupyter = jupyter.current_dir(repository()).stderr(Stdio::piped());
        Ok(jupyter.stdout(Stdio::null()).process_group(0).spawn()?)
    }

    fn jupyter(&self, child: &mut Child) -> Result<(Api, String)> {
        let mut lines = BufReader::new(child.stderr.take().context("stderr is not piped")?).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("http://127.0.0.1:")?;
            rest.split_once('/')?.0.parse().ok()
        });
        // JupyterLab keeps logging, and would block on a full pipe.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let api = Api::new(port.context("JupyterLab has printed no address")?, TOKEN);
        let page = api.page("udp");
        Ok((api, page))
    }
}

/// A way's process. When a measurement fails, it ends with all that it started.
struct Group(Child);

impl Drop for Group {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = killpg(Pid::from_raw(self.0.id() as i32), Signal::SIGTERM);
            let _ = self.0.wait();
        }
    }
}

/// Measures each way in turn, `runs` times.
pub async fn table(installation: &Installation, runs: usize) -> Result<Table> {
    let stock = Rc::new(Stock::new(installation)?);
    let lab = Rc::new(CargoLab);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..runs {
        eprintln!("in the browser, run {} of {runs}", run + 1);
        let _saved = Saved::all();
        ours.push(surely(&lab).await?);
        theirs.push(surely(&stock).await?);
    }
    let mut table = Table::new("from the command", [Stock::NAME, CargoLab::NAME, "of stock"]);
    for (index, row) in ROWS.into_iter().enumerate() {
        let [theirs, ours] =
            [&theirs, &ours].map(|samples| median(samples.iter().map(|one| one[index])));
        let cells = [format!("{theirs:.1}"), format!("{ours:.1}"), format!("{:.2}", ours / theirs)];
        table.row(row, cells);
    }
    Ok(table)
}

/// Measures a way, again if the page waited in vain. With stock, the server's kernel now and then ends
/// at its start: evcxr_jupyter 0.22.0 does so when Jupyter hangs up before it has answered.
async fn surely<W: Way + 'static>(way: &Rc<W>) -> Result<Sample> {
    for _ in 0..TRIES {
        let way = Rc::clone(way);
        let one = async { spawn_local(async move { sample(way.as_ref()).await }).await };
        match LocalSet::new().run_until(one).await {
            Ok(sample) => return sample,
            Err(_) => eprintln!("{} hung; once more", W::NAME),
        }
    }
    bail!("{} hung {TRIES} times", W::NAME)
}

async fn sample<W: Way>(way: &W) -> Result<Sample> {
    let page = LabPage::browser(&pair::article()?.part).await;
    let clock = Instant::now();
    let mut child = Group(way.start()?);
    let (jupyter, url) = way.jupyter(&mut child.0)?;
    page.driver.goto(url).await?;
    for (side, id) in [(Server, "setup"), (Server, "hello"), (Client, "setup")] {
        page.until_there(side, id).await;
    }
    let shown = clock.elapsed();
    for (side, id) in [(Server, "setup"), (Server, "hello"), (Client, "setup")] {
        page.start_at_once(side, id).await;
    }
    page.until_running_shows(Server, "hello", "waits.").await;
    let first_line = clock.elapsed();
    page.start_at_once(Client, "hello").await;
    page.until_one_shows(Client, &["hello".into()], "Received from the server: Server").await;
    let reply = clock.elapsed();
    page.driver.clone().quit().await?;
    // As File → Shut Down does; the launcher exits with JupyterLab.
    while jupyter.post("api/shutdown").send_empty().is_err() && child.0.try_wait()?.is_none() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.0.wait()?;
    Ok([shown, first_line, reply].map(|time| time.as_secs_f64()))
}
