//! A student, who works through the hub: over HTTP, and a WebSocket for each kernel.

use std::io::{BufRead, BufReader};

use anyhow::{Context, Result};
use installation::tutorial::{Part, Side};
use kernel_client::kernel::Kernel;
use serde_json::{Value, json};
use ureq::Agent;

use crate::hub::{Class, browser};

/// A student who has logged in.
#[derive(Clone)]
pub struct Student {
    pub name: String,
    token: String,
    class: std::net::SocketAddr,
    agent: Agent,
}

/// The value of the cookie that a form must repeat.
fn xsrf(agent: &Agent) -> String {
    let jar = agent.cookie_jar_lock();
    let cookies: Vec<_> = jar.iter().filter(|cookie| cookie.name() == "_xsrf").collect();
    cookies.last().map(|cookie| cookie.value().to_string()).unwrap_or_default()
}

impl Student {
    /// Logs in with the page's form; returns the status of the answer.
    fn fill_in(class: &Class, agent: &Agent, name: &str, password: &str) -> u16 {
        let page = class.url("/hub/login");
        agent.get(&page).call().unwrap();
        let form = [("username", name), ("password", password), ("_xsrf", &xsrf(agent))];
        agent.post(&page).send_form(form).unwrap().status().as_u16()
    }

    /// The status of the answer to a log-in with this password.
    pub fn try_to_log_in(class: &Class, name: &str, password: &str) -> u16 {
        Student::fill_in(class, &browser(), name, password)
    }

    /// Logs in, and asks the hub for a token, as its page does.
    pub fn log_in(class: &Class, name: &str) -> Student {
        let agent = browser();
        assert_eq!(Student::fill_in(class, &agent, name, class.password(name)), 302, "{name}");
        agent.get(class.url("/hub/home")).call().unwrap();
        let tokens = class.url(&format!("/hub/api/users/{name}/tokens"));
        let request = agent.post(&tokens).header("X-XSRFToken", xsrf(&agent));
        let mut reply = request.header("Referer", class.url("/hub/home")).send("{}").unwrap();
        let reply: Value =
            serde_json::from_str(&reply.body_mut().read_to_string().unwrap()).unwrap();
        let token = reply["token"].as_str().unwrap_or_else(|| panic!("{name}: {reply}")).into();
        Student { name: name.into(), token, class: class.page(), agent: browser() }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.class)
    }

    fn authorization(&self) -> String {
        format!("token {}", self.token)
    }

    /// The status of the answer at `path`, with the student's token.
    pub fn status_of(&self, path: &str) -> u16 {
        let request = self.agent.get(self.url(path)).header("Authorization", self.authorization());
        request.call().unwrap().status().as_u16()
    }

    /// Starts this student's server, and waits until it runs.
    pub fn start(&self) {
        let server = self.url(&format!("/hub/api/users/{}/server", self.name));
        let request = self.agent.post(&server).header("Authorization", self.authorization());
        let status = request.send_empty().unwrap().status().as_u16();
        assert!([201, 202, 400].contains(&status), "{}: {status}", self.name);
        // As the hub's page does, reads the stream of progress events instead of polling.
        let progress = self.url(&format!("/hub/api/users/{}/server/progress", self.name));
        let request = self.agent.get(&progress).header("Authorization", self.authorization());
        let reply = request.call().unwrap().into_body().into_reader();
        let lines = BufReader::new(reply).lines().map(Result::unwrap);
        let last = lines.filter_map(|line| Some(line.strip_prefix("data: ")?.to_string())).last();
        let last: Value = serde_json::from_str(&last.unwrap_or_default()).unwrap();
        assert_eq!(last["ready"], true, "{}: {last}", self.name);
    }

    /// Whether the hub knows of no server of this student, not even of one that it stops.
    pub fn is_stopped(&self) -> bool {
        let user = self.get(&format!("/hub/api/users/{}", self.name));
        user.is_ok_and(|user| user["servers"][""].is_null())
    }

    fn get(&self, path: &str) -> Result<Value> {
        let request = self.agent.get(self.url(path)).header("Authorization", self.authorization());
        Ok(serde_json::from_str(&request.call()?.body_mut().read_to_string()?)?)
    }

    /// A path on this student's server.
    fn own(&self, path: &str) -> String {
        format!("/user/{}{path}", self.name)
    }

    /// What this student's server sends at `path`, as text.
    pub fn read(&self, path: &str) -> String {
        self.get(&self.own(path)).unwrap().to_string()
    }

    /// Saves a notebook that holds one cell of text.
    pub fn save(&self, path: &str, text: &str) {
        let cell = json!({ "cell_type": "markdown", "id": "own", "metadata": {}, "source": text });
        let notebook =
            json!({ "cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5 });
        let body = json!({ "type": "notebook", "format": "json", "content": notebook });
        let url = self.url(&self.own(&format!("/api/contents/{path}")));
        let request = self.agent.put(&url).header("Authorization", self.authorization());
        let status = request.send(body.to_string()).unwrap().status().as_u16();
        assert_eq!(status, 200, "cannot save {path}");
    }

    /// Opens a notebook as its page does, and connects to its kernel.
    pub async fn kernel(&self, part: &Part, side: Side) -> Result<Kernel> {
        let (student, file) = (self.clone(), part.file(side).to_string());
        let kernel = tokio::task::spawn_blocking(move || student.open(&file)).await??;
        Kernel::behind(self.class, &self.own("/"), &kernel, &self.token).await
    }

    /// Opens a notebook; returns the id of its kernel.
    fn open(&self, file: &str) -> Result<String> {
        let session = json!({
            "kernel": { "name": "rust" },
            "name": file,
            "path": format!("notebooks/{file}"),
            "type": "notebook",
        });
        let url = self.url(&self.own("/api/sessions"));
        let request = self.agent.post(&url).header("Authorization", self.authorization());
        let reply = request.send(session.to_string())?.body_mut().read_to_string()?;
        let reply: Value = serde_json::from_str(&reply)?;
        Ok(reply["kernel"]["id"].as_str().with_context(|| reply.to_string())?.to_string())
    }

    /// Closes all notebooks, which ends their kernels.
    pub fn close_all(&self) {
        let url = self.url(&self.own("/api/sessions"));
        for session in self.get(&self.own("/api/sessions")).unwrap().as_array().unwrap() {
            let session = format!("{url}/{}", session["id"].as_str().unwrap());
            let request = self.agent.delete(&session).header("Authorization", self.authorization());
            assert_eq!(request.call().unwrap().status().as_u16(), 204, "{}", self.name);
        }
    }
}
