//! Starts a kernel's process as its kernelspec says and connects to it, or connects to a kernel
//! that a Jupyter server has started.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jupyter_protocol::{
    ConnectionInfo, JupyterMessage, KernelInfoRequest, connection_info::Transport,
};
use jupyter_zmq_client as zmq;
use process_wrap::tokio::{ChildWrapper, CommandWrap};
use tokio::time::timeout;

use crate::fence::Execution;
use crate::kernel::{DEADLINE, Kernel};
use crate::transport::{Connection, Own, Served};

/// The kernel ended while it was starting.
#[derive(Debug)]
struct Ended(std::process::ExitStatus);

impl std::fmt::Display for Ended {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "the kernel ended while it was starting: {}", self.0)
    }
}

impl std::error::Error for Ended {}

impl Kernel {
    /// Starts a kernel in `folder`, with `environment` added to its own, and waits until it is
    /// ready. The first kernelspec in `jupyter_path`, the folder for `JUPYTER_PATH`, says how to
    /// start it.
    pub async fn start(
        jupyter_path: &Path,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Kernel> {
        // The ports are free when we choose them, but another program can take one before the
        // kernel does. The kernel then ends, so try again.
        for _ in 0..2 {
            let started = Self::start_once(jupyter_path, folder, environment).await;
            if !started.as_ref().is_err_and(|error| error.is::<Ended>()) {
                return started;
            }
        }
        Self::start_once(jupyter_path, folder, environment).await
    }

    /// Connects to a kernel that a Jupyter server has started, and waits until the kernel is ready.
    /// The server listens at `server`, has its HTTP interface at `path`, for example `/user/zoe/`,
    /// and accepts `token`.
    pub async fn behind(
        server: SocketAddr,
        path: &str,
        kernel: &str,
        token: &str,
    ) -> Result<Kernel> {
        let session = uuid::Uuid::new_v4().to_string();
        let served = Served::connect(server, path, kernel, token, &session).await?;
        Self::ready(Connection::Served(Box::new(served)), session).await
    }

    async fn start_once(
        jupyter_path: &Path,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Result<Kernel> {
        let ip = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        let ports = zmq::peek_ports(ip, 5).await?;
        let info = ConnectionInfo {
            transport: Transport::TCP,
            ip: ip.to_string(),
            stdin_port: ports[0],
            control_port: ports[1],
            hb_port: ports[2],
            shell_port: ports[3],
            iopub_port: ports[4],
            signature_scheme: "hmac-sha256".into(),
            key: uuid::Uuid::new_v4().to_string(),
            kernel_name: Some("rust".into()),
        };
        let file = tempfile::NamedTempFile::new()?;
        serde_json::to_writer(&file, &info)?;
        let mut process = spawn(jupyter_path, folder, environment, file.path()).await?;

        let session = uuid::Uuid::new_v4().to_string();
        let connected = tokio::select! {
            connected = timeout(DEADLINE, connect(&info, &session)) => connected,
            status = process.wait() => bail!(Ended(status?)),
        };
        let (iopub, shell, control) = connected.context("the kernel does not open its ports")??;
        let connection = Connection::Own(Box::new(Own { process, iopub, shell, control }));
        Self::ready(connection, session).await
    }

    /// Waits until the kernel at the other end of `connection` answers.
    async fn ready(connection: Connection, session: String) -> Result<Kernel> {
        let mut kernel = Kernel { connection, session, fences: 0 };
        let request: JupyterMessage = KernelInfoRequest {}.into();
        let id = request.header.msg_id.clone();
        kernel.connection.ask(request).await?;
        let reply = match &mut kernel.connection {
            Connection::Own(own) => tokio::select! {
                reply = timeout(DEADLINE, own.shell.read()) => reply.map(|reply| Ok(reply?)),
                status = own.process.wait() => bail!(Ended(status?)),
            },
            served => timeout(DEADLINE, served.answer()).await,
        };
        reply.context("the kernel does not answer")??;
        let mut execution = Execution::new(id);
        while !execution.idle {
            kernel.listen(&mut execution).await?;
        }
        Ok(kernel)
    }
}

async fn spawn(
    jupyter_path: &Path,
    folder: &Path,
    environment: &[(&str, &str)],
    connection: &Path,
) -> Result<Box<dyn ChildWrapper>> {
    let kernelspec = zmq::read_kernelspec_jsons(jupyter_path)
        .await
        .into_iter()
        .next()
        .context("the kernelspec is missing: run `cargo lab prepare`")?;
    let mut command = kernelspec.command(connection, None, None)?;
    command.current_dir(folder).env("JUPYTER_PATH", jupyter_path);
    command.envs(environment.iter().copied());
    let mut command = CommandWrap::from(command);
    // The kernel runs the cells in a child process, which would otherwise outlive the kernel.
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::tokio::JobObject);
    Ok(command.spawn()?)
}

type Connections =
    (zmq::ClientIoPubConnection, zmq::ClientShellConnection, zmq::ClientControlConnection);

/// Connects to a kernel that is starting. Tries again until the kernel listens.
async fn connect(connection: &ConnectionInfo, session: &str) -> Result<Connections> {
    let iopub = loop {
        match zmq::create_client_iopub_connection(connection, "", session).await {
            Ok(iopub) => break iopub,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    let identity = zmq::peer_identity_for_session(session)?;
    let shell =
        zmq::create_client_shell_connection_with_identity(connection, session, identity).await?;
    let control = zmq::create_client_control_connection(connection, session).await?;
    Ok((iopub, shell, control))
}
