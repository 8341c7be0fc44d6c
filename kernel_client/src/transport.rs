//! The connection to a kernel: its own sockets, or its Jupyter server's WebSocket.

use std::collections::VecDeque;
use std::mem::discriminant;
use std::net::SocketAddr;

use anyhow::{Context, Result};
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use jupyter_protocol::{Channel, JupyterMessage};
use jupyter_zmq_client as zmq;
use process_wrap::tokio::ChildWrapper;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

/// How messages travel to a kernel and back.
pub(crate) enum Connection {
    /// A kernel that this client started.
    Own(Box<Own>),
    /// A kernel that a Jupyter server started.
    Served(Box<Served>),
}

/// A kernel's process, and a socket for each channel.
pub(crate) struct Own {
    pub(crate) process: Box<dyn ChildWrapper>,
    pub(crate) iopub: zmq::ClientIoPubConnection,
    pub(crate) shell: zmq::ClientShellConnection,
    pub(crate) control: zmq::ClientControlConnection,
}

/// One WebSocket for all channels of a kernel.
pub(crate) struct Served {
    sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    /// Incoming messages. A task reads them even if nobody is waiting, because the server hangs up
    /// if its pings go unanswered.
    come: UnboundedReceiver<Result<JupyterMessage>>,
    _reading: JoinSet<()>,
    session: String,
    /// Messages that arrived for other channels than the one that the client was waiting for.
    waiting: VecDeque<JupyterMessage>,
}

impl Served {
    /// Connects to a kernel of the Jupyter server whose HTTP interface is at `path` on `server`.
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
        let (sink, mut stream) = socket.split();
        let (found, come) = unbounded_channel();
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            while let Some(frame) = stream.next().await {
                let message = match frame {
                    Ok(Message::Text(text)) => serde_json::from_str(&text).map_err(Into::into),
                    Ok(_) => continue,
                    Err(error) => Err(error.into()),
                };
                if found.send(message).is_err() {
                    break; // nobody is waiting any more
                }
            }
        });
        let waiting = VecDeque::new();
        Ok(Served { sink, come, _reading: reading, session: session.into(), waiting })
    }

    async fn send(&mut self, channel: Channel, mut message: JupyterMessage) -> Result<()> {
        message.channel = Some(channel);
        message.header.session = self.session.clone();
        let text = serde_json::to_string(&message)?;
        Ok(self.sink.send(Message::text(text)).await?)
    }

    async fn read(&mut self, channel: Channel) -> Result<JupyterMessage> {
        let right = discriminant(&channel);
        let is_right =
            |message: &JupyterMessage| message.channel.as_ref().map(discriminant) == Some(right);
        if let Some(index) = self.waiting.iter().position(is_right) {
            return self.waiting.remove(index).context("the message has gone");
        }
        loop {
            let message =
                self.come.recv().await.context("the Jupyter server closed the connection")??;
            if is_right(&message) {
                return Ok(message);
            }
            self.waiting.push_back(message);
        }
    }
}

impl Connection {
    /// Sends a request that the kernel handles in turn.
    pub(crate) async fn ask(&mut self, message: JupyterMessage) -> Result<()> {
        match self {
            Connection::Own(own) => Ok(own.shell.send(message).await?),
            Connection::Served(served) => served.send(Channel::Shell, message).await,
        }
    }

    pub(crate) async fn answer(&mut self) -> Result<JupyterMessage> {
        match self {
            Connection::Own(own) => Ok(own.shell.read().await?),
            Connection::Served(served) => served.read(Channel::Shell).await,
        }
    }

    /// Sends an order that the kernel carries out at once.
    pub(crate) async fn order(&mut self, message: JupyterMessage) -> Result<()> {
        match self {
            Connection::Own(own) => Ok(own.control.send(message).await?),
            Connection::Served(served) => served.send(Channel::Control, message).await,
        }
    }

    /// The answer to an order.
    pub(crate) async fn obeyed(&mut self) -> Result<JupyterMessage> {
        match self {
            Connection::Own(own) => Ok(own.control.read().await?),
            Connection::Served(served) => served.read(Channel::Control).await,
        }
    }

    /// The next message that the kernel broadcasts to all clients.
    pub(crate) async fn published(&mut self) -> Result<JupyterMessage> {
        match self {
            Connection::Own(own) => Ok(own.iopub.read().await?),
            Connection::Served(served) => served.read(Channel::IOPub).await,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Connection::Own(own) = self {
            // This kills the whole group, including the process that runs the cells.
            let _ = own.process.start_kill();
        }
    }
}
