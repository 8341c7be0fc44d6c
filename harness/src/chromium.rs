//! Headless Chromium, and chromedriver, which controls it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::json;
use thirtyfour::CapabilitiesHelper;
use thirtyfour::prelude::*;

/// A running chromedriver. Dropping it kills chromedriver and the browser.
pub struct Chromedriver(Child);

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // Kill the group, because the browser keeps running if a test fails.
        let _ = killpg(Pid::from_raw(self.0.id() as i32), Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

/// Chromium's arguments. The window's extra height leaves a page of 1280 by 800 pixels.
const ARGUMENTS: [&str; 9] = [
    "headless=new",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "window-size=1280,943",
];

/// Starts a browser without opening a page.
pub async fn start() -> (WebDriver, Chromedriver) {
    let mut chromedriver = Command::new("chromedriver")
        .arg("--port=0")
        .process_group(0)
        .stdout(Stdio::piped())
        .spawn()
        .expect(
            "chromedriver did not start: install it (Debian: apt install chromium chromium-driver)",
        );
    let lines = BufReader::new(chromedriver.stdout.take().unwrap()).lines();
    let started = "started successfully on port ";
    let port = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once(started)?.1.trim_end_matches('.').to_string()))
        .expect("chromedriver did not print its port");
    let mut wanted = DesiredCapabilities::chrome();
    for argument in ARGUMENTS {
        wanted.add_arg(&format!("--{argument}")).unwrap();
    }
    wanted.set("goog:loggingPrefs", json!({ "browser": "ALL" })).unwrap();
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.unwrap();
    (driver, Chromedriver(chromedriver))
}
