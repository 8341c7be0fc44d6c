//! One kernel, started as Jupyter starts it and driven over Jupyter's own protocol.
//!
//! A failing cell of this kernel looks green: `?` and a panic leave the reply "ok" and only print
//! to stderr, which is not synchronised with the end of the cell. So every cell is followed by a
//! *fence*, which prints a marker to stdout and to stderr; what comes before the markers belongs to
//! the cell. It is a line below the cell's own where that changes nothing, and a cell of its own
//! otherwise: when the cell shows a value, or did not come to its end.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use jupyter_protocol::{
    CompleteRequest, ExecuteRequest, ExecutionState, InspectRequest, InterruptRequest,
    JupyterMessage, JupyterMessageContent as Content, ShutdownRequest, Stdio as Stream,
};
use nbformat::v4::Output;
use tokio::time::timeout;

use crate::fence::{Execution, ends_with_a_statement, fence};
use crate::transcript::Transcript;
use crate::transport::Connection;

/// How long any one answer of the kernel may take: a bound for a machine that is busy with
/// compiling, far beyond what is usual.
pub(crate) const DEADLINE: Duration = Duration::from_secs(120);

/// A running kernel. Dropping it kills the kernel and the process that runs its cells.
pub struct Kernel {
    pub(crate) connection: Connection,
    pub(crate) session: String,
    pub(crate) fences: usize,
}

impl Kernel {
    /// Runs a cell to its end.
    pub async fn run(&mut self, code: &str) -> Result<Transcript> {
        let execution = self.begin(code).await?;
        self.finish(execution).await
    }

    /// Sends a cell to the kernel and does not wait for it.
    pub async fn begin(&mut self, code: &str) -> Result<Execution> {
        let marker = ends_with_a_statement(code).then(|| self.next_marker());
        let fence = marker.as_deref().map(fence).unwrap_or_default();
        let request: JupyterMessage = ExecuteRequest::new(format!("{code}{fence}")).into();
        let mut execution = Execution::new(request.header.msg_id.clone());
        execution.marker = marker;
        self.connection.ask(request).await?;
        Ok(execution)
    }

    /// Waits until a running cell has printed `lines` lines to stdout.
    pub async fn wait_for_lines(&mut self, execution: &mut Execution, lines: usize) -> Result<()> {
        while execution.printed().matches('\n').count() < lines {
            if execution.idle {
                bail!("the cell ended before its line {lines}:\n{}", execution.transcript);
            }
            self.listen(execution).await.with_context(|| {
                format!("waited for line {lines} of the cell:\n{}", execution.transcript)
            })?;
        }
        Ok(())
    }

    /// Waits for the end of a cell.
    pub async fn finish(&mut self, mut execution: Execution) -> Result<Transcript> {
        self.wait_for_end(&mut execution).await?;
        match execution.marker.clone() {
            Some(marker) if execution.transcript.stdout.ends_with(&marker) => {
                while !execution.transcript.stderr.ends_with(&marker) {
                    let came = self.listen(&mut execution).await;
                    came.context("waited for the fence below the cell")?;
                }
                execution.strip(&marker);
            }
            own => {
                self.fence(&mut execution).await?;
                own.inspect(|own| execution.strip(own));
            }
        }
        Ok(execution.transcript)
    }

    /// Waits until the kernel says that a cell has ended. What it printed may come later.
    pub async fn wait_for_end(&mut self, execution: &mut Execution) -> Result<()> {
        while !execution.idle {
            self.listen(execution).await.with_context(|| {
                format!("waited for the end of the cell:\n{}", execution.transcript)
            })?;
        }
        self.reply().await?;
        Ok(())
    }

    /// What the kernel would complete at the end of `code`.
    pub async fn complete(&mut self, code: &str) -> Result<Vec<String>> {
        let request = CompleteRequest { code: code.into(), cursor_pos: code.chars().count() };
        self.connection.ask(request.into()).await?;
        match self.reply().await? {
            Content::CompleteReply(reply) => Ok(reply.matches),
            other => bail!("no completions but {other:?}"),
        }
    }

    /// The documentation that the kernel shows for the end of `code`, as plain text.
    pub async fn inspect(&mut self, code: &str) -> Result<String> {
        let cursor_pos = code.chars().count();
        let request = InspectRequest { code: code.into(), cursor_pos, detail_level: None };
        self.connection.ask(request.into()).await?;
        match self.reply().await? {
            Content::InspectReply(reply) => Ok(serde_json::to_string(&reply.data)?),
            other => bail!("no documentation but {other:?}"),
        }
    }

    /// The number of the kernel's process, if it was started here.
    pub fn process(&self) -> Option<u32> {
        match &self.connection {
            Connection::Own(own) => own.process.id(),
            Connection::Served(_) => None,
        }
    }

    /// Presses ■ while the cell runs, and waits for its end.
    pub async fn interrupt(&mut self, execution: Execution) -> Result<Transcript> {
        self.connection.order(InterruptRequest {}.into()).await?;
        timeout(DEADLINE, self.connection.obeyed())
            .await
            .context("no answer to the interrupt")??;
        self.finish(execution).await
    }

    /// Ends the kernel as Jupyter does; one behind a server stays, for its server to end.
    pub async fn shut_down(mut self) -> Result<()> {
        if let Connection::Own(own) = &mut self.connection {
            own.control.send(ShutdownRequest { restart: false }.into()).await?;
            timeout(DEADLINE, own.process.wait()).await.context("the kernel does not end")??;
        }
        Ok(())
    }

    /// Everything that the cell printed has arrived when the fence's markers have.
    async fn fence(&mut self, execution: &mut Execution) -> Result<()> {
        let marker = self.next_marker();
        let request: JupyterMessage = ExecuteRequest::new(fence(&marker)).into();
        let mut fence = Execution::new(request.header.msg_id.clone());
        self.connection.ask(request).await?;
        let transcript = &execution.transcript;
        (fence.transcript.stdout, fence.transcript.stderr) =
            (transcript.stdout.clone(), transcript.stderr.clone());
        loop {
            let printed = &fence.transcript;
            let (stdout, stderr) =
                (printed.stdout.strip_suffix(&marker), printed.stderr.strip_suffix(&marker));
            if let (true, Some(stdout), Some(stderr)) = (fence.idle, stdout, stderr) {
                (execution.transcript.stdout, execution.transcript.stderr) =
                    (stdout.into(), stderr.into());
                break;
            }
            self.listen(&mut fence).await.context("waited for the fence after the cell")?;
        }
        self.reply().await?;
        Ok(())
    }

    fn next_marker(&mut self) -> String {
        self.fences += 1;
        format!("fence {}\n", self.fences)
    }

    async fn reply(&mut self) -> Result<Content> {
        let reply = timeout(DEADLINE, self.connection.answer()).await;
        Ok(reply.context("the kernel sends no reply")??.content)
    }

    /// Takes one message from the kernel. Output can come late, under the name of an earlier
    /// request, so the order decides whose it is; only "idle" is asked for its request.
    pub(crate) async fn listen(&mut self, execution: &mut Execution) -> Result<()> {
        let message = timeout(DEADLINE, self.connection.published())
            .await
            .context("the kernel is silent")??;
        if message.parent_header.as_ref().is_some_and(|parent| parent.session != self.session) {
            return Ok(()); // about the cells that warm the kernel up
        }
        match message.content {
            Content::Status(status) if status.execution_state == ExecutionState::Idle => {
                let request = message.parent_header.map(|header| header.msg_id);
                execution.idle |= request.as_deref() == Some(execution.id.as_str());
            }
            content => show(content, &mut execution.transcript),
        }
        Ok(())
    }
}

/// Adds to a transcript what the kernel lets a front-end show.
fn show(content: Content, transcript: &mut Transcript) {
    match content {
        Content::StreamContent(text) => match text.name {
            Stream::Stdout => transcript.stdout.push_str(&text.text),
            Stream::Stderr => transcript.stderr.push_str(&text.text),
        },
        Content::ExecuteResult(result) => {
            transcript.rich.push(Output::ExecuteResult(nbformat::v4::ExecuteResult {
                execution_count: result.execution_count,
                data: result.data,
                metadata: result.metadata,
            }));
        }
        Content::DisplayData(display) => {
            transcript.rich.push(Output::DisplayData(nbformat::v4::DisplayData {
                data: display.data,
                metadata: display.metadata,
            }));
        }
        Content::ErrorOutput(error) => {
            transcript.rich.push(Output::Error(nbformat::v4::ErrorOutput {
                ename: error.ename,
                evalue: error.evalue,
                traceback: error.traceback,
            }));
        }
        _ => {}
    }
}
