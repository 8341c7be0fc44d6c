//! JupyterLab's page in headless Chromium, used the way a person would use it.

use std::path::Path;
use std::time::{Duration, Instant};

use installation::tutorial::{Part, Side, repository};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

use crate::chromium::{self, Chromedriver};
use crate::wait::DEADLINE;

/// JavaScript that finds `pane`, the notebook on side `arguments[0]`, and in it `cell`, number
/// `arguments[1]`.
const FIND: &str = "
    const panes = [...document.querySelectorAll('.jp-NotebookPanel')]
        .filter(panel => panel.checkVisibility())
        .sort((a, b) => a.getBoundingClientRect().x - b.getBoundingClientRect().x);
    const pane = panes[arguments[0]];
    const cell = pane?.querySelector(`[data-windowed-list-index=\"${arguments[1]}\"]`);
";

/// A browser with a pair of notebooks open.
pub struct LabPage {
    pub driver: WebDriver,
    /// The ids of the cells on each side, from top to bottom.
    cells: [Vec<String>; 2],
    // Dropping the page kills it.
    _chromedriver: Chromedriver,
}

/// The ids of a notebook's cells, from top to bottom.
fn ids(part: &Part, side: Side) -> Vec<String> {
    let text = std::fs::read_to_string(repository().join(part.path(side))).unwrap();
    let notebook: Value = serde_json::from_str(&text).unwrap();
    let id = |cell: &Value| cell["id"].as_str().unwrap().to_string();
    notebook["cells"].as_array().unwrap().iter().map(id).collect()
}

impl LabPage {
    /// Opens the page with a viewport of 1280 by 800 pixels, and waits for both kernels.
    pub async fn open(url: &str, part: &Part) -> LabPage {
        let page = LabPage::browser(part).await;
        page.driver.goto(url).await.unwrap();
        page.until_both_are_open().await;
        page
    }

    /// Goes to another part's page, and waits for both kernels.
    pub async fn turn_to(&mut self, url: &str, part: &Part) {
        self.cells = Side::BOTH.map(|side| ids(part, side));
        self.driver.goto(url).await.unwrap();
        self.until_both_are_open().await;
    }

    /// Waits until both notebooks are open with all their cells, and their kernels are idle.
    pub async fn until_both_are_open(&self) {
        for side in Side::BOTH {
            let cells = self.cells[side as usize].len();
            let script = "return pane?.querySelectorAll('.jp-Cell').length === arguments[1]";
            let arguments = vec![json!(side as usize), json!(cells)];
            self.until("all cells are open", script, arguments).await;
            self.until_idle(side).await;
        }
    }

    /// Starts a browser without opening a page.
    pub async fn browser(part: &Part) -> LabPage {
        let (driver, chromedriver) = chromium::start().await;
        let cells = Side::BOTH.map(|side| ids(part, side));
        LabPage { driver, cells, _chromedriver: chromedriver }
    }

    /// Runs JavaScript in the page, with `pane` and `cell` defined by [`FIND`].
    pub async fn eval(&self, script: &str, arguments: Vec<Value>) -> Value {
        let script = format!("{FIND}{script}");
        self.driver.execute(script, arguments).await.unwrap().json().clone()
    }

    /// Waits until a script returns true. `what` describes the condition.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) {
        let start = Instant::now();
        while self.eval(script, arguments.clone()).await != json!(true) {
            if start.elapsed() > DEADLINE {
                self.screenshot(&std::env::temp_dir().join("waited-in-vain.png")).await;
                panic!("gave up waiting until {what}: {arguments:?}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the kernel is ready and idle. The page also says idle before it has a kernel,
    /// but then asks anyone who runs a cell to select one.
    pub async fn until_idle(&self, side: Side) {
        let script = "
            const name = pane.querySelector('.jp-KernelName, .jp-Toolbar-kernelName');
            const state = pane.querySelector('.jp-Notebook-ExecutionIndicator');
            return name?.textContent === 'Rust' && state?.dataset.status === 'idle'";
        self.until("the kernel is idle", script, vec![json!(side as usize)]).await;
    }

    /// The index of a cell among all cells.
    pub fn position(&self, side: Side, id: &str) -> usize {
        let position = self.cells[side as usize].iter().position(|own| own == id);
        position.unwrap_or_else(|| panic!("no cell {id}"))
    }

    fn cell(&self, side: Side, id: &str) -> Vec<Value> {
        vec![json!(side as usize), json!(self.position(side, id))]
    }

    /// Presses `key` while holding down the `held` keys.
    pub async fn press(&self, held: &[Key], key: impl Into<char>) {
        let mut chain = self.driver.action_chain();
        for key in held {
            chain = chain.key_down(key.clone());
        }
        chain = chain.send_keys(String::from(key.into()));
        for key in held {
            chain = chain.key_up(key.clone());
        }
        chain.perform().await.unwrap();
    }

    /// Waits until the page shows a cell.
    pub async fn until_there(&self, side: Side, id: &str) {
        let script = "return cell?.querySelector('.jp-InputPrompt') instanceof Element";
        self.until(&format!("{id} is there"), script, self.cell(side, id)).await;
    }

    /// Selects a cell with the mouse.
    async fn select(&self, side: Side, id: &str) {
        self.until_there(side, id).await;
        let script = "cell.scrollIntoView({ block: 'center' });
            return cell.querySelector('.jp-InputPrompt')";
        self.click_on(script, self.cell(side, id)).await;
    }

    /// Selects a cell with the mouse and runs it with Shift-Enter.
    pub async fn start(&self, side: Side, id: &str) {
        self.select(side, id).await;
        self.forget_prompt(side, id).await;
        self.press(&[Key::Shift], Key::Enter).await;
    }

    /// Runs a cell as soon as JupyterLab takes it: a page whose kernel is not connected yet drops the
    /// order.
    pub async fn start_at_once(&self, side: Side, id: &str) {
        let script = "return cell.querySelector('.jp-InputPrompt').textContent !== 'not run'";
        loop {
            self.start(side, id).await;
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(1) {
                if self.eval(script, self.cell(side, id)).await == json!(true) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// Clicks on the element that a script returns.
    async fn click_on(&self, script: &str, arguments: Vec<Value>) {
        let script = format!("{FIND}{script}");
        let found = self.driver.execute(script, arguments).await.unwrap();
        found.element().unwrap().click().await.unwrap();
    }

    /// Replaces the number of a cell's last run, so that the end of the next run can be seen.
    pub async fn forget_prompt(&self, side: Side, id: &str) {
        let script = "cell.querySelector('.jp-InputPrompt').textContent = 'not run'";
        self.eval(script, self.cell(side, id)).await;
    }

    /// Waits until a started cell has ended, and returns what it shows.
    pub async fn finish(&self, side: Side, id: &str) -> String {
        let script = "
            const prompt = cell.querySelector('.jp-InputPrompt').textContent;
            return prompt !== 'not run' && !prompt.includes('*')";
        self.until(&format!("{id} has ended"), script, self.cell(side, id)).await;
        self.shown(side, id).await
    }

    /// Runs a cell to its end, and returns what it shows.
    pub async fn run(&self, side: Side, id: &str) -> String {
        self.start(side, id).await;
        self.finish(side, id).await
    }

    /// Chooses *Run All Cells* for a notebook whose code cells are `cells`.
    pub async fn run_all(&self, side: Side, cells: &[String]) {
        for id in cells {
            self.forget_prompt(side, id).await;
        }
        self.choose(side, "setup", "Run", "Run All Cells").await;
    }

    /// What a cell shows in red: its stderr, compiler errors, the end of its process.
    pub async fn errors(&self, side: Side, id: &str) -> Vec<String> {
        let script = "
            const kinds = ['application/vnd.jupyter.stderr', 'application/vnd.jupyter.error'];
            const shown = kinds.map(kind => `[data-mime-type=\"${kind}\"]`).join();
            return [...cell.querySelectorAll(shown)].map(error => error.textContent)";
        let errors = self.eval(script, self.cell(side, id)).await;
        errors.as_array().unwrap().iter().map(|error| error.as_str().unwrap().into()).collect()
    }

    pub async fn shown(&self, side: Side, id: &str) -> String {
        let script = "return cell.querySelector('.jp-Cell-outputArea')?.textContent ?? ''";
        let shown = self.eval(script, self.cell(side, id)).await;
        shown.as_str().unwrap().to_string()
    }

    /// Waits until a cell shows `text` while it is still running.
    pub async fn until_running_shows(&self, side: Side, id: &str, text: &str) {
        let script = "
            const shown = cell.querySelector('.jp-Cell-outputArea')?.textContent ?? '';
            return cell.querySelector('.jp-InputPrompt').textContent.includes('*')
                && shown.includes(arguments[2])";
        let mut arguments = self.cell(side, id);
        arguments.push(json!(text));
        self.until(&format!("{id} runs and shows {text:?}"), script, arguments).await;
    }

    pub async fn until_one_shows(&self, side: Side, cells: &[String], text: &str) {
        let script = "
            const cells = pane.querySelectorAll(arguments[1]);
            return [...cells].some(cell => cell.textContent.includes(arguments[2]))";
        let output = |id: &String| {
            let position = self.position(side, id);
            format!("[data-windowed-list-index='{position}'] .jp-Cell-outputArea")
        };
        let outputs = cells.iter().map(output).collect::<Vec<_>>().join(", ");
        let arguments = vec![json!(side as usize), json!(outputs), json!(text)];
        self.until(&format!("one of {cells:?} shows {text:?}"), script, arguments).await;
    }

    /// Clicks the button in a notebook's toolbar that runs `command`.
    pub async fn click(&self, side: Side, command: &str) {
        let script = "
            const button = pane.querySelector(`.jp-Toolbar [data-command=\"${arguments[1]}\"]`);
            return button.shadowRoot?.querySelector('button') ?? button";
        self.click_on(script, vec![json!(side as usize), json!(command)]).await;
    }

    /// Clicks a link in a notebook's text that leads to `place` in `file`.
    pub async fn follow(&self, side: Side, file: &str, place: &str) {
        let script = "
            const links = [...pane.querySelectorAll('.jp-RenderedMarkdown a')];
            const link = links.find(
                ({ href, hash }) => href.includes(arguments[1]) && hash === arguments[2]);
            link.scrollIntoView({ block: 'center' });
            return link";
        self.click_on(script, vec![json!(side as usize), json!(file), json!(place)]).await;
    }

    /// Clicks on the cell `id` to make its notebook current, then chooses `entry` from `menu`.
    pub async fn choose(&self, side: Side, id: &str, menu: &str, entry: &str) {
        self.select(side, id).await;
        let script = "
            const labels = document.querySelectorAll('.lm-MenuBar-itemLabel, .lm-Menu-itemLabel');
            return [...labels].find(label => label.textContent === arguments[0])";
        for label in [menu, entry] {
            self.click_on(script, vec![json!(label)]).await;
        }
    }

    pub async fn close(&self, side: Side) {
        let current = "const id = pane.id;
            const tabs = document.querySelectorAll('.lm-DockPanel-tabBar .lm-TabBar-tab');
            const tab = [...tabs].find(tab => tab.dataset.id === id);
            return tab.querySelector('.lm-TabBar-tabCloseIcon')";
        self.click_on(current, vec![json!(side as usize)]).await;
    }

    /// Accepts the default answer of the dialog on the page.
    pub async fn accept_dialog(&self) {
        let script = "return document.querySelector('.jp-Dialog .jp-mod-accept') !== null";
        self.until("a dialog is open", script, vec![]).await;
        self.click_on("return document.querySelector('.jp-Dialog .jp-mod-accept')", vec![]).await;
    }

    /// The shorter side of a cell's figure on the page, in pixels, and its number of colours. Both
    /// are 0 without a figure.
    pub async fn figure(&self, side: Side, id: &str) -> (f64, u64) {
        let script = format!(
            "{FIND}
             const done = arguments[arguments.length - 1];
             const shown = cell.querySelector('.jp-OutputArea .jp-RenderedSVG')?.firstElementChild;
             if (!shown) return done([0, 0]);
             cell.scrollIntoView({{ block: 'center' }});
             const box = shown.getBoundingClientRect();
             const text = shown.outerHTML.startsWith('<svg') ? shown.outerHTML : null;
             const image = new Image();
             image.onload = () => {{
                 const canvas = document.createElement('canvas');
                 [canvas.width, canvas.height] = [image.width, image.height];
                 const paper = canvas.getContext('2d');
                 paper.drawImage(image, 0, 0);
                 const pixels = paper.getImageData(0, 0, canvas.width, canvas.height).data;
                 const colours = new Set(new Uint32Array(pixels.buffer));
                 done([Math.min(box.width, box.height), colours.size]);
             }};
             image.src = text
                 ? 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(text) : shown.src;"
        );
        let found = self.driver.execute_async(script, self.cell(side, id)).await.unwrap();
        let found = found.json();
        (found[0].as_f64().unwrap(), found[1].as_u64().unwrap())
    }

    pub async fn screenshot(&self, file: &Path) {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        self.driver.screenshot(file).await.unwrap();
    }
}
