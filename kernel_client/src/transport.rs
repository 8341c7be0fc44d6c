//! The way to a kernel: its own sockets, or the WebSocket of the Jupyter server that has started it.

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

/// How messages go to a kernel and come from it.
pub(crate) enum Connection {
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
    sink: SplitSink<WebSocketStream<TcpStream>, Message>,
    /// What comes, read while nobody waits for it as well: the server hangs up if its pings stay
    /// unanswered.
    come: UnboundedReceiver<Result<JupyterMessage>>,
    _reading: JoinSet<()>,
    session: String,
    /// What has come for other channels than the one that was waited for.
    waiting: VecDeque<JupyterMessage>,
}

impl Served {
    /// Connects to a kernel of the server whose HTTP interface is at `path` of `server`.
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
                    break; // nobody waits any longer
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
            return self.waiting.remove(index).context("it is there");
        }
        loop {
            let message = self.come.recv().await.context("the server hangs up")??;
            if is_right(&message) {
                return Ok(message);
            }
            self.waiting.push_back(message);
        }
    }
}

impl Connection {
    /// Asks the kernel for something that it does in its turn.
    pub(crate) async fn ask(&mut self, message: JupyterMessage) -> Result<()> {
        match self {
            Connection::Own(own) => Ok(own.shell.send(message).await?),
            Connection::Served(served) => served.send(Channel::Shell, message).await,
        }
    }

    /// The answer to what was asked.
    pub(crate) async fn answer(&mut self) -> Result<JupyterMessage> {
        match self {
            Connection::Own(own) => Ok(own.shell.read().await?),
            Connection::Served(served) => served.read(Channel::Shell).await,
        }
    }

    /// Orders the kernel to do something at once.
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

    /// What the kernel tells everybody.
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
            // It reaches the whole group: the process that runs the cells as well.
            let _ = own.process.start_kill();
        }
    }
}
