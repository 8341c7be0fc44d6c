//! How long a learner waits at the screen: from the command to the page, to the server's first line
//! and to the client's reply, in Chromium. The first cells are run as soon as they are there.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use launcher::install::installation::Cache;
use launcher::install::kernelspec;
use launcher::open::api::Api;
use launcher::open::workspace;
use launcher::tutorial::repository;
use tempfile::TempDir;

use crate::jupyterlab_page::{Page, Pane};
use crate::report::{Table, median};

use Pane::{Left, Right};

/// What was measured, in the order of [`ROWS`].
type Sample = [f64; 3];

const ROWS: [&str; 3] = [
    "to the page, with both notebooks [s]",
    "to the server's first line [s]",
    "to the client's reply [s]",
];

/// A way to start JupyterLab with both notebooks.
trait Way {
    const NAME: &'static str;

    /// Starts it.
    fn start(&self) -> Result<Child>;

    /// The JupyterLab that it has started.
    fn jupyter(&self, child: &mut Child) -> Result<Api>;
}

/// `cargo lab`, which is compiled and installed.
struct CargoLab;

impl Way for CargoLab {
    const NAME: &'static str = "`cargo lab`";

    fn start(&self) -> Result<Child> {
        let mut lab = Command::new("cargo");
        lab.args(["run", "--quiet", "--package", "launcher", "--", "--no-browser"]);
        Ok(lab.current_dir(repository()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?)
    }

    fn jupyter(&self, child: &mut Child) -> Result<Api> {
        let lines = BufReader::new(child.stdout.take().context("its output is piped")?).lines();
        let mut lines = lines.map_while(Result::ok);
        let url = lines.find_map(|line| Some(line.strip_prefix("JupyterLab: ")?.to_string()));
        url.and_then(|url| Api::of_page(&url)).context("it prints its address")
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
    fn new(cache: &Cache) -> Result<Stock> {
        let folder = tempfile::tempdir()?;
        let python = |arguments: &[&str]| -> Result<()> {
            let status = Command::new(cache.venv_program("python")).args(arguments).status()?;
            ensure!(status.success(), "JupyterLab cannot be installed");
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
        kernelspec::install_stock(cache, &folder.path().join("data"))?;
        workspace::write(&folder.path().join("workspaces"))?;
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
        Ok(jupyter.stdout(Stdio::null()).spawn()?)
    }

    fn jupyter(&self, child: &mut Child) -> Result<Api> {
        let mut lines = BufReader::new(child.stderr.take().context("it is piped")?).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("http://127.0.0.1:")?;
            rest.split_once('/')?.0.parse().ok()
        });
        // It goes on to report, and would wait if nobody read it.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok(Api::new(port.context("it prints its address")?, TOKEN))
    }
}

/// Each way in turn, `runs` times.
pub async fn table(cache: &Cache, runs: usize) -> Result<Table> {
    let saved = Saved::all()?;
    let stock = Stock::new(cache)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..runs {
        eprintln!("in the browser, run {} of {runs}", run + 1);
        ours.push(sample(&CargoLab).await?);
        theirs.push(sample(&stock).await?);
        saved.put_back()?;
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

async fn sample<W: Way>(way: &W) -> Result<Sample> {
    let page = Page::browser().await;
    let clock = Instant::now();
    let mut child = way.start()?;
    let jupyter = way.jupyter(&mut child)?;
    page.driver.goto(jupyter.page()).await?;
    for (side, id) in [(Left, "setup"), (Left, "hello"), (Right, "setup")] {
        page.until_there(side, id).await;
    }
    let shown = clock.elapsed();
    page.start(Left, "setup").await;
    page.start(Left, "hello").await;
    page.start(Right, "setup").await;
    page.until_running_shows(Left, "hello", "waits.").await;
    let first_line = clock.elapsed();
    page.start(Right, "hello").await;
    page.until_one_shows(Right, &["hello".into()], "Received from the server: Server").await;
    let reply = clock.elapsed();
    page.driver.clone().quit().await?;
    // As File → Shut Down does; the launcher ends with it.
    while jupyter.post("api/shutdown").send_empty().is_err() && child.try_wait()?.is_none() {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    child.wait()?;
    Ok([shown, first_line, reply].map(|time| time.as_secs_f64()))
}

/// The notebooks as they were: the page saves what its cells show.
struct Saved([(std::path::PathBuf, String); 2]);

impl Saved {
    fn all() -> Result<Saved> {
        let read = |path: &str| -> Result<_> {
            let path = repository().join(path);
            let text = std::fs::read_to_string(&path)?;
            Ok((path, text))
        };
        let [left, right] = launcher::tutorial::NOTEBOOKS;
        Ok(Saved([read(left)?, read(right)?]))
    }

    fn put_back(&self) -> Result<()> {
        let write =
            |(path, text): &(std::path::PathBuf, String)| std::fs::write::<&Path, _>(path, text);
        Ok(self.0.iter().try_for_each(write)?)
    }
}
