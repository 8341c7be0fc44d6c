//! Both notebooks, run in two real kernels in the order in which a learner runs them.
//!
//! Cells with the same id in both notebooks belong together: the server's is started first; when
//! it has printed its first line, the client's runs; then the server's ends by itself or, with
//! the tag `runs-until-interrupted`, by an interrupt. A cell whose id stands in one notebook only
//! runs alone, in its place, the server's before the client's, and is interrupted with that tag. The
//! set-up cells of a side have the same ids as those of the other and run beside them.

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Context, Result, bail, ensure};
use regex::Regex;

use crate::kernel_client::Kernel;
use crate::metadata::Needs;
use crate::notebook::{CodeCell, Notebook};
use crate::side::{PORT, Side};
pub use crate::side::{SETUP, SETUP_2, SETUPS};
use crate::transcript::Transcript;

/// The tag of a cell that a learner ends with ■.
pub const UNTIL_INTERRUPTED: &str = "runs-until-interrupted";

/// How often a learner asks the server that runs until interrupted.
const ASKED: usize = 3;

/// What a learner does next: the cell to run on either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The cell's id.
    pub id: String,
    /// Whether the server's notebook has it.
    pub on_server: bool,
    /// Whether the client's notebook has it.
    pub on_client: bool,
}

impl Step {
    /// Whether it runs one of the set-up cells, which the others need.
    pub fn is_setup(&self) -> bool {
        SETUPS.contains(&self.id.as_str())
    }
}

/// A learner with both notebooks open, each in a kernel of its own.
pub struct Learner {
    /// server.ipynb.
    pub server: Side,
    /// client.ipynb.
    pub client: Side,
}

/// Both notebooks of a clone.
///
/// # Errors
///
/// One of them cannot be read.
pub fn notebooks(repository: &Path) -> Result<(Notebook, Notebook)> {
    let folder = repository.join("notebooks");
    Ok((
        Notebook::read(&folder.join("server.ipynb"))?,
        Notebook::read(&folder.join("client.ipynb"))?,
    ))
}

/// Runs both notebooks as a learner does and rewrites their outputs.
///
/// # Errors
///
/// The port of the notebooks is taken, or a cell failed; the files are as before then.
pub async fn record(jupyter_path: &Path, repository: &Path) -> Result<()> {
    if !is_free(PORT) {
        bail!("port {PORT} is in use: end the program that has it, so that the outputs show it");
    }
    let (server, client) = notebooks(repository)?;
    let mut learner = Learner::open(jupyter_path, server, client, PORT).await?;
    for step in learner.steps() {
        eprintln!("{}", step.id);
        learner.take(&step).await?;
    }
    for side in [&mut learner.server, &mut learner.client] {
        side.notebook.record(&side.run)?;
    }
    learner.server.notebook.write()?;
    learner.client.notebook.write()?;
    learner.close().await
}

/// Runs both notebooks as a learner does and compares what they show with what is recorded.
///
/// # Errors
///
/// A cell failed, or showed something else; the error names it and shows both.
pub async fn check(jupyter_path: &Path, server: Notebook, client: Notebook) -> Result<()> {
    let mut learner = Learner::open(jupyter_path, server, client, free_port()).await?;
    learner.check().await?;
    learner.close().await
}

impl Learner {
    /// Opens both notebooks in kernels of `jupyter_path`, see [`Kernel::start`]. Their `PORT` is
    /// replaced by `port`, and put back in what they show.
    ///
    /// # Errors
    ///
    /// A kernel does not start.
    pub async fn open(
        jupyter_path: &Path,
        server: Notebook,
        client: Notebook,
        port: u16,
    ) -> Result<Learner> {
        let (server, client) = tokio::try_join!(
            Side::open(jupyter_path, server, port),
            Side::open(jupyter_path, client, port)
        )?;
        Ok(Learner { server, client })
    }

    /// A learner who has both notebooks open in kernels that run already, in a network of their own, so
    /// that `PORT` stays as it is.
    pub fn with_kernels(server: (Notebook, Kernel), client: (Notebook, Kernel)) -> Learner {
        let side = |(notebook, kernel)| Side::with(notebook, kernel, PORT);
        Learner { server: side(server), client: side(client) }
    }

    /// Takes all steps, and compares what the cells show with what is recorded.
    ///
    /// # Errors
    ///
    /// A cell failed, or showed something else; the error names it and shows both.
    pub async fn check(&mut self) -> Result<()> {
        for step in self.steps() {
            self.take(&step).await?;
        }
        self.compare()
    }

    /// All steps, in a learner's order.
    pub fn steps(&self) -> Vec<Step> {
        steps(&self.server.notebook, &self.client.notebook)
    }

    /// Takes one step.
    ///
    /// # Errors
    ///
    /// A cell failed: it printed to stderr, panicked or did not compile, without the tag
    /// `raises-exception`; or it did not end.
    pub async fn take(&mut self, step: &Step) -> Result<()> {
        let id = step.id.as_str();
        match (step.on_server, step.on_client) {
            (true, true) if step.is_setup() => {
                tokio::try_join!(self.server.run(id), self.client.run(id))?;
                Ok(())
            }
            (true, true) if self.server.has_tag(id, UNTIL_INTERRUPTED)? => self.exchange(id).await,
            (true, true) => self.together(id).await,
            // Its clients are other programs.
            (true, false) if self.server.has_tag(id, UNTIL_INTERRUPTED)? => {
                self.serve(id, 0).await.map(drop)
            }
            (true, false) => self.server.run(id).await.map(drop),
            _ => self.client.run(id).await.map(drop),
        }
    }

    /// A server cell that ends by itself, with the client cell that it serves.
    async fn together(&mut self, id: &str) -> Result<()> {
        let mut serving = self.server.begin(id).await?;
        self.server.kernel.wait_for_lines(&mut serving, 1).await.context(self.server.place(id))?;
        self.client.run(id).await?;
        let transcript = self.server.kernel.finish(serving).await.context(self.server.place(id))?;
        self.server.keep(id, transcript).map(drop)
    }

    /// A server cell that runs until it is interrupted: it serves three runs of the client cell,
    /// whose replies count up; started again, it counts from 1.
    async fn exchange(&mut self, id: &str) -> Result<()> {
        let kept = (self.server.run.len() + 1, self.client.run.len() + 1);
        let first = self.serve(id, ASKED).await?;
        let again = self.serve(id, 1).await?;
        ensure!(
            masked(&first[0], &[])? == masked(&again[0], &[])?,
            "the server cell, run again, does not start afresh:\n{}",
            again[0]
        );
        // Recorded is the first visit: three runs left, the first of them right.
        self.server.run.truncate(kept.0);
        self.client.run.truncate(kept.1);
        for (asked, transcript) in first.iter().enumerate() {
            let expected = masked(&first[0], &[])?.replace("(1)", &format!("({})", asked + 1));
            ensure!(
                masked(transcript, &[])? == expected,
                "run {} of the client cell should show\n{expected}but shows\n{transcript}",
                asked + 1
            );
        }
        Ok(())
    }

    /// Starts the server cell, runs the client cell `asked` times, and interrupts the server.
    pub(crate) async fn serve(&mut self, id: &str, asked: usize) -> Result<Vec<Transcript>> {
        let place = self.server.place(id);
        let mut serving = self.server.begin(id).await?;
        self.server.kernel.wait_for_lines(&mut serving, 1).await.context(place.clone())?;
        let mut shown = Vec::new();
        for _ in 0..asked {
            shown.push(self.client.run(id).await?);
        }
        // One line before each reply and one after it.
        let lines = 1 + 2 * asked;
        self.server.kernel.wait_for_lines(&mut serving, lines).await.context(place.clone())?;
        let transcript = self.server.kernel.interrupt(serving).await.context(place.clone())?;
        self.server.keep(id, transcript.without_interruption().context(place)?)?;
        Ok(shown)
    }

    /// Compares what the cells have shown with what is recorded, but for the masked numbers.
    ///
    /// # Errors
    ///
    /// Cells showed something else; the error names them and shows both.
    pub fn compare(&self) -> Result<()> {
        let mut differences = String::new();
        for side in [&self.server, &self.client] {
            for (id, shown) in &side.run {
                let CodeCell { mut recorded, own, .. } = side.cell(id)?;
                if own.needs == Some(Needs::Ipv6) && !has_ipv6() {
                    eprintln!("{}: checked that it says that there is no IPv6", side.place(id));
                    recorded = Transcript { stdout: NO_IPV6.into(), ..Transcript::default() };
                }
                if masked(&recorded, &own.masks)? != masked(shown, &own.masks)? {
                    let place = side.place(id);
                    differences += &format!("{place} shows\n{shown}but recorded is\n{recorded}");
                }
            }
        }
        ensure!(differences.is_empty(), "{differences}");
        Ok(())
    }

    /// Ends both kernels.
    ///
    /// # Errors
    ///
    /// One of them does not end by itself.
    pub async fn close(self) -> Result<()> {
        self.server.kernel.shut_down().await?;
        self.client.kernel.shut_down().await
    }
}

/// The steps of a learner: both notebooks from top to bottom, in step at the ids they share.
pub fn steps(server: &Notebook, client: &Notebook) -> Vec<Step> {
    let ids = |notebook: &Notebook| -> Vec<String> {
        notebook.code_cells().iter().map(|cell| cell.id.to_string()).collect()
    };
    let (server, client) = (ids(server), ids(client));
    let step = |id: &String, on_server, on_client| Step { id: id.clone(), on_server, on_client };
    let mut steps = Vec::new();
    let mut clients = client.iter().peekable();
    for id in &server {
        let shared = client.contains(id);
        while shared && let Some(alone) = clients.next_if(|own| *own != id) {
            steps.push(step(alone, false, true));
        }
        if shared {
            clients.next();
        }
        steps.push(step(id, true, shared));
    }
    steps.extend(clients.map(|id| step(id, false, true)));
    steps
}

/// What a cell showed, without what differs from run to run: the ports that the system chose for
/// clients, the numbers of file descriptors and handles, and what the cell's own `masks` match.
fn masked(transcript: &Transcript, masks: &[String]) -> Result<String> {
    static PORTS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(127(?:\.\d+){3}):(\d{2,5})\b").expect("it is valid"));
    static HANDLES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b(?:fd|socket): \d+").expect("it is valid"));
    let text = transcript.to_string();
    let text = PORTS.replace_all(&text, |found: &regex::Captures| match &found[2] {
        port if port == PORT.to_string() => found[0].to_string(),
        _ => format!("{}:<port>", &found[1]),
    });
    let mut text = HANDLES.replace_all(&text, "fd: <fd>").into_owned();
    for mask in masks {
        let mask = Regex::new(mask).with_context(|| format!("the mask {mask:?}"))?;
        text = mask.replace_all(&text, "<masked>").into_owned();
    }
    Ok(text)
}

/// A port for a test: below the ports that systems hand out to clients, another one at each call,
/// and free for UDP and TCP, as is the next one, which the labs use as well.
pub fn free_port() -> u16 {
    const FIRST: u16 = 20_000;
    const COUNT: u16 = 12_000;
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = (std::process::id() * 37 % u32::from(COUNT)) as u16;
    loop {
        let offset = (start + NEXT.fetch_add(2, Ordering::Relaxed)) % COUNT;
        if is_free(FIRST + offset) && is_free(FIRST + offset + 1) {
            return FIRST + offset;
        }
    }
}

/// What a cell shows that needs IPv6, where there is none.
pub const NO_IPV6: &str = "This machine has no IPv6.\n";

/// Whether this machine has IPv6, on its loopback interface.
pub fn has_ipv6() -> bool {
    UdpSocket::bind(("::1", 0)).is_ok()
}

/// Whether no socket has a port, of UDP and of TCP.
pub fn is_free(port: u16) -> bool {
    let everywhere = ("0.0.0.0", port);
    UdpSocket::bind(everywhere).is_ok() && TcpListener::bind(everywhere).is_ok()
}
