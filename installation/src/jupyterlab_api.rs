//! A client for the HTTP interface of a JupyterLab on this machine.

use std::path::Path;

use serde_json::json;
use ureq::typestate::{WithBody, WithoutBody};
use ureq::{Agent, RequestBuilder};

/// A JupyterLab on 127.0.0.1.
#[derive(Clone, Debug)]
pub struct Api {
    agent: Agent,
    /// The TCP port that it listens on.
    pub port: u16,
    /// Anyone who presents this token has full access.
    pub token: String,
}

impl Api {
    /// The JupyterLab on `port` that accepts `token`.
    pub fn new(port: u16, token: &str) -> Api {
        // A proxy from the environment cannot reach this machine's loopback interface.
        let agent = Agent::config_builder().proxy(None).build().into();
        Api { agent, port, token: token.to_string() }
    }

    /// The JupyterLab that serves `url`, or `None` if `url` is not a page that `cargo lab` prints.
    pub fn of_page(url: &str) -> Option<Api> {
        let (server, page) = url.strip_prefix("http://127.0.0.1:")?.split_once('/')?;
        let (_, token) = page.split_once("?token=")?;
        Some(Api::new(server.parse().ok()?, token))
    }

    /// The address of a workspace, a page with two notebooks side by side.
    pub fn page(&self, workspace: &str) -> String {
        let Api { port, token, .. } = self;
        format!("http://127.0.0.1:{port}/lab/workspaces/{workspace}?token={token}")
    }

    /// Opens the notebook at `path` in the clone as its page does, which starts its kernel. The
    /// reply describes the session in JSON.
    pub fn open(&self, path: &str) -> Result<String, ureq::Error> {
        let notebook = json!({
            "kernel": { "name": "rust" },
            "name": Path::new(path).file_name().map(|name| name.to_string_lossy()),
            "path": path,
            "type": "notebook",
        });
        self.post("api/sessions").send(notebook.to_string())?.body_mut().read_to_string()
    }

    /// A GET request for `path`, for example `api/status`.
    pub fn get(&self, path: &str) -> RequestBuilder<WithoutBody> {
        self.agent.get(self.url(path)).header("Authorization", self.authorization())
    }

    /// A POST request to `path`, for example `api/sessions`.
    pub fn post(&self, path: &str) -> RequestBuilder<WithBody> {
        self.agent.post(self.url(path)).header("Authorization", self.authorization())
    }

    /// A PUT request to `path`, for example `lab/api/workspaces/udp`.
    pub fn put(&self, path: &str) -> RequestBuilder<WithBody> {
        self.agent.put(self.url(path)).header("Authorization", self.authorization())
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    fn authorization(&self) -> String {
        format!("token {}", self.token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_of_a_page_of_the_lab_names_a_jupyterlab() {
        let api = Api::of_page("http://127.0.0.1:8889/lab/workspaces/udp?token=abc").unwrap();
        assert_eq!((api.port, api.token.as_str()), (8889, "abc"));
        for page in [
            "http://192.0.2.1:8889/lab?token=abc",
            "http://127.0.0.1:70000/lab?token=abc",
            "http://127.0.0.1:8889/lab",
            "http://127.0.0.1:8889",
        ] {
            assert!(Api::of_page(page).is_none(), "{page}");
        }
    }
}
