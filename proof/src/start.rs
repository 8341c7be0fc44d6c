//! Starting a kernel's process as its kernelspec says, and connecting to it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use jupyter_protocol::ConnectionInfo;
use jupyter_zmq_client as zmq;
use process_wrap::tokio::{ChildWrapper, CommandWrap};

pub(crate) async fn spawn(
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
    // The kernel runs the cells in a child process, which would outlive it.
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    command.wrap(process_wrap::tokio::JobObject);
    Ok(command.spawn()?)
}

pub(crate) type Connections =
    (zmq::ClientIoPubConnection, zmq::ClientShellConnection, zmq::ClientControlConnection);

/// Connects to a kernel that is starting: it is tried again until the kernel listens.
pub(crate) async fn connect(connection: &ConnectionInfo, session: &str) -> Result<Connections> {
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
