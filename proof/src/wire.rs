//! The way to a kernel: its own sockets, or the WebSocket of the Jupyter server that has started it.

use std::collections::VecDeque;
use std::mem::discriminant;
use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use jupyter_protocol::{Channel, JupyterMessage};
use jupyter_zmq_client as zmq;
use process_wrap::tokio::ChildWrapper;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// How messages go to a kernel and come from it.
pub(crate) enum Wire {
    /// A kernel that was started here.
    Own(Box<Own>),
    /// A kernel behind a Jupyter server.
    Served(Box<Served>),
}

/// A process, and a socket for each channel.
pub(crate) struct Own {
    pub(crate) process: Box<dyn ChildWrapper>,
    pub(crate) iopub: zmq::ClientIoPubConnection,
    pub(crate) shell: zmq::ClientShellConnection,
    pub(crate) control: zmq::ClientControlConnection,
}

/// All channels of a kernel in one WebSocket.
pub(crate) struct Served {
    socket: WebSocketStream<TcpStream>,
    session: String,
    /// What has come for other channels than the one that was waited for.
    waiting: VecDeque<JupyterMessage>,
}

impl Served {
    /// Connects to a kernel of the server whose HTTP interface is at `path` of `server`.
    ///
    /// # Errors
    ///
    /// It cannot be reached, or refuses.
    pub(crate) async fn connect(
        server: SocketAddr,
        path: &str,
        kernel: &str,
        token: &str,
        session: &str,
    ) -> Result<Served> {
        let address =
            format!("ws://{server}{path}api/kernels/{kernel}/channels?session_id={session}");
        let mut request = address.into_client_request()?;
        request.headers_mut().insert("Authorization", format!("token {token}").parse()?);
        let stream = TcpStream::connect(server).await?;
        let (socket, _) = tokio_tungstenite::client_async(request, stream).await?;
        Ok(Served { socket, session: session.into(), waiting: VecDeque::new() })
    }

    async fn send(&mut self, channel: Channel, mut message: JupyterMessage) -> Result<()> {
        message.channel = Some(channel);
        message.header.session = self.session.clone();
        let text = serde_json::to_string(&message)?;
        Ok(self.socket.send(Message::text(text)).await?)
    }

    async fn read(&mut self, channel: Channel) -> Result<JupyterMessage> {
        let right = discriminant(&channel);
        let is_right =
            |message: &JupyterMessage| message.channel.as_ref().map(discriminant) == Some(right);
        if let Some(index) = self.waiting.iter().position(is_right) {
            return self.waiting.remove(index).context("it is there");
        }
        loop {
            let Some(frame) = self.socket.next().await else { bail!("the server hangs up") };
            let Message::Text(text) = frame? else { continue };
            let message: JupyterMessage = serde_json::from_str(&text)?;
            if is_right(&message) {
                return Ok(message);
            }
            self.waiting.push_back(message);
        }
    }
}

impl Wire {
    /// Asks the kernel for something that it does in its turn.
    pub(crate) async fn ask(&mut self, message: JupyterMessage) -> Result<()> {
        match self {
            Wire::Own(own) => Ok(own.shell.send(message).await?),
            Wire::Served(served) => served.send(Channel::Shell, message).await,
        }
    }

    /// The answer to what was asked.
    pub(crate) async fn answer(&mut self) -> Result<JupyterMessage> {
        match self {
            Wire::Own(own) => Ok(own.shell.read().await?),
            Wire::Served(served) => served.read(Channel::Shell).await,
        }
    }

    /// Orders the kernel to do something at once.
    pub(crate) async fn order(&mut self, message: JupyterMessage) -> Result<()> {
        match self {
            Wire::Own(own) => Ok(own.control.send(message).await?),
            Wire::Served(served) => served.send(Channel::Control, message).await,
        }
    }

    /// The answer to an order.
    pub(crate) async fn obeyed(&mut self) -> Result<JupyterMessage> {
        match self {
            Wire::Own(own) => Ok(own.control.read().await?),
            Wire::Served(served) => served.read(Channel::Control).await,
        }
    }

    /// What the kernel tells everybody.
    pub(crate) async fn published(&mut self) -> Result<JupyterMessage> {
        match self {
            Wire::Own(own) => Ok(own.iopub.read().await?),
            Wire::Served(served) => served.read(Channel::IOPub).await,
        }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Wire::Own(own) = self {
            // It reaches the whole group: the process that runs the cells as well.
            let _ = own.process.start_kill();
        }
    }
}
