//! A learner, who runs a pair of notebooks step by step in two real kernels.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use installation::tutorial::{Part, Side};
use kernel_client::kernel::Kernel;
use kernel_client::transcript::Transcript;

use crate::compare::{compare, masked};
use crate::pair::{self, Pair, Step};
use crate::running_notebook::{RunningNotebook, start_kernel};

/// How many times a learner asks a server that runs until interrupted.
const ASKED: usize = 3;

/// A learner who has opened a pair of notebooks, each in its own kernel.
pub struct Learner {
    pub part: Part,
    pub server: RunningNotebook,
    pub client: RunningNotebook,
}

impl Learner {
    /// Opens a pair in kernels of `jupyter_path`, see [`Kernel::start`]. Replaces `PORT` in the
    /// cells with `port`, and restores it in what the cells show.
    pub async fn open(jupyter_path: &Path, pair: Pair, port: u16) -> Result<Learner> {
        let kernels = tokio::try_join!(
            start_kernel(jupyter_path, &pair.server),
            start_kernel(jupyter_path, &pair.client)
        )?;
        Ok(Learner::with_kernels(pair, kernels.into(), port))
    }

    /// A learner with a pair open in kernels that are already running: the server's and the
    /// client's. They have run no cell, or none since `:clear`.
    pub fn with_kernels(pair: Pair, kernels: [Kernel; 2], port: u16) -> Learner {
        let open = |notebook, kernel| RunningNotebook::with(notebook, kernel, port);
        let [left, right] = kernels;
        Learner {
            part: pair.part,
            server: open(pair.server, left),
            client: open(pair.client, right),
        }
    }

    /// The notebook on one side.
    pub fn side(&mut self, side: Side) -> &mut RunningNotebook {
        match side {
            Side::Server => &mut self.server,
            Side::Client => &mut self.client,
        }
    }

    /// Takes all steps, and compares what the cells show with the recorded outputs.
    pub async fn check(&mut self) -> Result<()> {
        for step in self.steps() {
            self.take(&step).await?;
        }
        self.compare()
    }

    /// Compares what the cells have shown with the recorded outputs; an error shows both.
    pub fn compare(&self) -> Result<()> {
        compare(&self.server, &self.client)
    }

    /// All steps, in the order in which a learner takes them.
    pub fn steps(&self) -> Vec<Step> {
        pair::steps(&self.part, &self.server.notebook, &self.client.notebook)
    }

    /// Takes one step.
    pub async fn take(&mut self, step: &Step) -> Result<()> {
        let id = step.id.as_str();
        match (step.on_server, step.on_client) {
            (true, true) if step.is_setup() => {
                tokio::try_join!(self.server.run(id), self.client.run(id))?;
                Ok(())
            }
            (true, true) if step.until_interrupted => self.exchange(id).await,
            (true, true) => self.together(id).await,
            // The clients of this server are other programs.
            (true, false) if step.until_interrupted => self.serve(id, 0).await.map(drop),
            (true, false) => self.server.run(id).await.map(drop),
            _ => self.client.run(id).await.map(drop),
        }
    }

    /// Runs a server cell that ends by itself, with the client cell that it serves.
    async fn together(&mut self, id: &str) -> Result<()> {
        let mut serving = self.server.begin(id).await?;
        self.server.kernel.wait_for_lines(&mut serving, 1).await.context(self.server.place(id))?;
        self.client.run(id).await?;
        let transcript = self.server.kernel.finish(serving).await.context(self.server.place(id))?;
        self.server.keep(id, transcript).map(drop)
    }

    /// Runs a server cell that only an interrupt ends. The cell serves three runs of the client
    /// cell, whose replies count up. Started again, the server counts from 1.
    async fn exchange(&mut self, id: &str) -> Result<()> {
        let kept = (self.server.run.len() + 1, self.client.run.len() + 1);
        let first = self.serve(id, ASKED).await?;
        let again = self.serve(id, 1).await?;
        ensure!(
            masked(&first[0], &[])? == masked(&again[0], &[])?,
            "the server cell does not count from 1 when run again:\n{}",
            again[0]
        );
        // The notebooks record the server's first run, with three requests, and the client's first.
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
        // The server prints one line before each reply and one after it.
        let lines = 1 + 2 * asked;
        self.server.kernel.wait_for_lines(&mut serving, lines).await.context(place.clone())?;
        let transcript = self.server.kernel.interrupt(serving).await.context(place.clone())?;
        self.server.keep(id, transcript.without_interruption().context(place)?)?;
        Ok(shown)
    }

    /// Ends both kernels.
    pub async fn close(self) -> Result<()> {
        self.server.kernel.shut_down().await?;
        self.client.kernel.shut_down().await
    }
}
