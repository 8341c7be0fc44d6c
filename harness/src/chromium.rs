//! Headless Chromium, and the program that drives it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde_json::json;
use thirtyfour::CapabilitiesHelper;
use thirtyfour::prelude::*;

/// Killed when it is dropped.
pub struct Chromedriver(Child);

impl Drop for Chromedriver {
    fn drop(&mut self) {
        // With the browser, which runs on where a test failed.
        let _ = killpg(Pid::from_raw(self.0.id() as i32), Signal::SIGKILL);
        let _ = self.0.wait();
    }
}

/// The window is as large as its head needs for a page of 1280 by 800 pixels.
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

/// Starts a browser that shows nothing yet.
pub async fn start() -> (WebDriver, Chromedriver) {
    let mut chromedriver = Command::new("chromedriver")
        .arg("--port=0")
        .process_group(0)
        .stdout(Stdio::piped())
        .spawn()
        .expect("chromedriver is on the PATH (Debian: apt install chromium chromium-driver)");
    let lines = BufReader::new(chromedriver.stdout.take().unwrap()).lines();
    let started = "started successfully on port ";
    let port = lines
        .map_while(Result::ok)
        .find_map(|line| Some(line.split_once(started)?.1.trim_end_matches('.').to_string()))
        .expect("chromedriver names its port");
    let mut wanted = DesiredCapabilities::chrome();
    for argument in ARGUMENTS {
        wanted.add_arg(&format!("--{argument}")).unwrap();
    }
    wanted.set("goog:loggingPrefs", json!({ "browser": "ALL" })).unwrap();
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.unwrap();
    (driver, Chromedriver(chromedriver))
}
