//! One kernel, started as Jupyter starts it and driven over Jupyter's own protocol.
//!
//! A failing cell looks green in this kernel: `?` and a panic leave the reply "ok" and only print
//! to stderr, which is not synchronised with the end of the cell. So a *fence*, which prints a
//! marker to stdout and to stderr, follows every cell. All output before the markers belongs to the
//! cell. The fence is one more line in the cell if that changes nothing. If the cell shows a value
//! or stopped early, the fence is a separate cell.

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

/// How long the kernel may take for any one answer. The limit allows for a machine that is busy
/// compiling and is far longer than usual.
pub(crate) const DEADLINE: Duration = Duration::from_secs(300);

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

    /// Sends a cell to the kernel without waiting for it.
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
                bail!(
                    "the cell ended before it printed line {lines}; it printed:\n{}",
                    execution.transcript
                );
            }
            self.listen(execution).await.with_context(|| {
                format!("waited for line {lines} of the cell; so far:\n{}", execution.transcript)
            })?;
        }
        Ok(())
    }

    /// Waits for a cell to end and for all its output to arrive.
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

    /// Waits until the kernel says that a cell has ended. The cell's output may arrive later.
    pub async fn wait_for_end(&mut self, execution: &mut Execution) -> Result<()> {
        while !execution.idle {
            self.listen(execution).await.with_context(|| {
                format!("waited for the end of the cell; so far:\n{}", execution.transcript)
            })?;
        }
        self.reply().await?;
        Ok(())
    }

    /// The completions that the kernel offers at the end of `code`.
    pub async fn complete(&mut self, code: &str) -> Result<Vec<String>> {
        let request = CompleteRequest { code: code.into(), cursor_pos: code.chars().count() };
        self.connection.ask(request.into()).await?;
        match self.reply().await? {
            Content::CompleteReply(reply) => Ok(reply.matches),
            other => bail!("asked for completions, got {other:?}"),
        }
    }

    /// The documentation that the kernel shows for the end of `code`, as JSON.
    pub async fn inspect(&mut self, code: &str) -> Result<String> {
        let cursor_pos = code.chars().count();
        let request = InspectRequest { code: code.into(), cursor_pos, detail_level: None };
        self.connection.ask(request.into()).await?;
        match self.reply().await? {
            Content::InspectReply(reply) => Ok(serde_json::to_string(&reply.data)?),
            other => bail!("asked for documentation, got {other:?}"),
        }
    }

    /// The id of the kernel's process, if this client started it.
    pub fn process(&self) -> Option<u32> {
        match &self.connection {
            Connection::Own(own) => own.process.id(),
            Connection::Served(_) => None,
        }
    }

    /// Interrupts a running cell, as ■ does, and waits for its end.
    pub async fn interrupt(&mut self, execution: Execution) -> Result<Transcript> {
        self.connection.order(InterruptRequest {}.into()).await?;
        timeout(DEADLINE, self.connection.obeyed())
            .await
            .context("the kernel does not answer the interrupt")??;
        self.finish(execution).await
    }

    /// Shuts down the kernel as Jupyter does. Does nothing to a kernel that a server started: the
    /// server ends it.
    pub async fn shut_down(mut self) -> Result<()> {
        if let Connection::Own(own) = &mut self.connection {
            own.control.send(ShutdownRequest { restart: false }.into()).await?;
            timeout(DEADLINE, own.process.wait())
                .await
                .context("the kernel does not shut down")??;
        }
        Ok(())
    }

    /// Runs the fence as a separate cell. The cell's output all arrives before the fence's markers.
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

    /// Takes one message from the kernel. Late output can carry the id of an earlier request, so
    /// the order of messages decides which cell it belongs to. Only "idle" must match the request.
    pub(crate) async fn listen(&mut self, execution: &mut Execution) -> Result<()> {
        let message = timeout(DEADLINE, self.connection.published())
            .await
            .context("the kernel is silent")??;
        if message.parent_header.as_ref().is_some_and(|parent| parent.session != self.session) {
            return Ok(()); // from the cells that warm up the kernel
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

/// Adds the output that a front-end would show to a transcript.
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
