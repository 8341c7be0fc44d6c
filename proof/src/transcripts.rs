//! `cargo proof transcripts`: what the system's own tools show in a terminal beside the notebooks.
//!
//! A cell of text holds a transcript in a block that begins with three backticks and `console`. A line after
//! the prompt `$ ` (or `# `, as root) is a command; the lines below it are what the command showed. This
//! module runs the very commands again. It needs root, and a network namespace with nothing in it but the
//! loopback interface, so that no other traffic is seen or counted.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use installation::child;
use installation::tutorial::{Side, repository};
use regex::Regex;

use crate::learner::Learner;
use crate::notebook::Notebook;
use crate::pair::{self, CAPTURE, Pair};
use crate::running_notebook::PORT;

/// The cells of text with transcripts: the lab, the side, the cell, and the steps that come before.
const CELLS: [(&str, Side, &str, &[&str]); 2] = [
    ("wire", Side::Client, "wire-tools", &WIRE),
    ("loss", Side::Server, "loss-tools", &["loss-counters", COUNTED]),
];

/// What writes the file of packets.
const WIRE: [&str; 6] =
    ["wire-relayed", "wire", "wire-checksum", "wire-packet", "wire-as-packet", "wire-capture"];

/// The file that it writes here.
const OWN_CAPTURE: &str = "captures/transcript.pcap";

/// The server's cell that counts drops.
const COUNTED: &str = "loss-count";

/// How a transcript begins and ends in a cell of text.
const FENCE: [&str; 2] = ["```console\n", "```"];

/// What tcpdump says once it captures.
const CAPTURES: &str = "listening on";

/// What the terminal shows at the end of a command.
const MARK: &str = "-- the command has ended --";

/// The longest that a command may show nothing.
const DEADLINE: Duration = Duration::from_secs(20);

/// A cell of text with its transcripts, and the same made anew.
struct Remade {
    pair: Pair,
    side: Side,
    cell: &'static str,
    before: String,
    after: String,
}

/// Makes all transcripts anew and writes them into the notebooks, in a namespace of its own.
pub async fn write(jupyter_path: &Path) -> Result<()> {
    let interfaces = fs::read_to_string("/proc/net/dev")?;
    if interfaces.lines().skip(2).any(|row| !row.trim_start().starts_with("lo:")) {
        let inside = "ip link set lo up && exec \"$0\" transcripts";
        let mut again = child::command("unshare");
        again.args(["--net", "sh", "-c", inside]).arg(std::env::current_exe()?);
        ensure!(again.status()?.success(), "it failed in the namespace, see above; it needs root");
        return Ok(());
    }
    for one in remake(jupyter_path).await? {
        let mut pair = one.pair;
        pair.notebook_mut(one.side).set_source(one.cell, &one.after)?;
        pair.notebook(one.side).write()?;
    }
    Ok(())
}

/// Makes all transcripts anew, and compares them with those in the notebooks, apart from white space and
/// from what the masks of their cells match. Returns the number of commands.
pub async fn check(jupyter_path: &Path) -> Result<usize> {
    let mut commands = 0;
    for Remade { pair, side, cell, before, after } in remake(jupyter_path).await? {
        let notebook = pair.notebook(side);
        let masks = notebook.metadata(cell)?.masks;
        ensure!(
            masked(&before, &masks)? == masked(&after, &masks)?,
            "{cell} of {} shows\n{before}\nbut now the commands show\n{after}\nTo write that: \
             `cargo proof transcripts`",
            notebook.name()
        );
        commands += before.lines().filter_map(command).count();
    }
    Ok(commands)
}

async fn remake(jupyter_path: &Path) -> Result<Vec<Remade>> {
    let mut all = Vec::new();
    for (lab, side, cell, steps) in CELLS {
        let pair = pair::with_lab(lab)?;
        let before = text(pair.notebook(side), cell)?;
        numbers_agree(&before, &recorded(&pair)?).with_context(|| format!("{cell}, as it is"))?;
        let mut own = pair.clone();
        if steps == WIRE {
            pair::capture_to(&mut own, OWN_CAPTURE)?;
        }
        let mut learner = Learner::open(jupyter_path, own, PORT).await?;
        for step in learner.steps() {
            if step.is_setup() || steps.contains(&&*step.id) {
                learner.take(&step).await?;
            }
        }
        let after = rerun(&before, lab, &mut learner).await.with_context(|| cell.to_string())?;
        let counted = learner.server.shown(COUNTED).map(|shown| shown.stdout.clone());
        numbers_agree(&after, &counted.unwrap_or_default())
            .with_context(|| format!("{cell} has shown\n{after}"))?;
        learner.close().await?;
        let _ = fs::remove_file(pair.client.folder().join(OWN_CAPTURE)); // not every lab captures
        all.push(Remade { pair, side, cell, before, after });
    }
    Ok(all)
}

/// The text with each transcript made anew.
async fn rerun(text: &str, lab: &str, learner: &mut Learner) -> Result<String> {
    let mut parts = text.split(FENCE[0]);
    let mut all = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let (block, rest) = part.split_once(FENCE[1]).context("a transcript has no end")?;
        all += FENCE[0];
        let mut terminal = Terminal::open()?;
        for (line, command) in block.lines().filter_map(|line| Some((line, command(line)?))) {
            terminal.begin(&command.replace(CAPTURE, OWN_CAPTURE))?;
            let mut shown = String::new();
            if command.contains("tcpdump") && command.contains(" -c ") {
                // The command ends once it has captured the lab's exchange.
                shown += &terminal.until(CAPTURES)?;
                let known = learner.steps();
                let step = known.iter().find(|step| step.id == lab).context("no exchange")?;
                learner.take(step).await?;
            }
            shown += &terminal.until(MARK)?;
            write!(all, "{line}\n{}", shown.replace(OWN_CAPTURE, CAPTURE))?;
        }
        all += FENCE[1];
        all += rest;
    }
    Ok(all)
}

/// The command in a line of a transcript.
fn command(line: &str) -> Option<&str> {
    line.strip_prefix("$ ").or_else(|| line.strip_prefix("# "))
}

/// A shell, which runs one command after the other.
struct Terminal {
    bash: Child,
    input: ChildStdin,
    lines: Receiver<String>,
}

impl Terminal {
    fn open() -> Result<Terminal> {
        let mut bash = child::command("bash")
            .current_dir(repository()) // as JupyterLab's terminal
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run bash")?;
        let (Some(mut input), Some(output)) = (bash.stdin.take(), bash.stdout.take()) else {
            bail!("bash has no input or output");
        };
        // Both streams in one, as a terminal has them; and root needs no sudo.
        writeln!(input, "exec 2>&1\nsudo() {{ \"$@\"; }}")?;
        let (tell, lines) = channel();
        thread::spawn(move || {
            let mut lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.try_for_each(|line| tell.send(line))
        });
        Ok(Terminal { bash, input, lines })
    }

    fn begin(&mut self, command: &str) -> Result<()> {
        Ok(writeln!(self.input, "{command}\necho '{MARK}'")?)
    }

    /// What is shown until a line holds `words`: with that line, unless it is the mark.
    fn until(&mut self, words: &str) -> Result<String> {
        let mut shown = String::new();
        loop {
            let line = self.lines.recv_timeout(DEADLINE);
            let line = line.with_context(|| format!("no {words:?} came after {shown:?}"))?;
            ensure!(words == MARK || line != MARK, "the command has ended: {shown}");
            if line != MARK {
                writeln!(shown, "{line}")?;
            }
            if line.contains(words) {
                return Ok(shown);
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // With the command that it runs, which may be waiting for packets.
        let group = format!("-{}", self.bash.id());
        let _ = child::command("kill").args(["-KILL", "--", &group]).status();
        let _ = self.bash.wait();
    }
}

fn text(notebook: &Notebook, cell: &str) -> Result<String> {
    let found = notebook.texts().into_iter().find(|(id, ..)| *id == cell);
    found.map(|(_, text, _)| text).with_context(|| format!("{} has no {cell}", notebook.name()))
}

/// The transcripts of a text and the commands' other words, without white space and what the masks match.
fn masked(text: &str, masks: &[String]) -> Result<String> {
    let mut text = text.to_string();
    for mask in masks {
        let mask = Regex::new(mask).with_context(|| format!("the mask {mask:?}"))?;
        text = mask.replace_all(&text, "<masked>").into_owned();
    }
    Ok(text.split_whitespace().collect())
}

/// The recorded output of the cell that counts drops, if the pair has that cell.
fn recorded(pair: &Pair) -> Result<String> {
    let cells = pair.server.code_cells();
    let cell = cells.iter().find(|cell| cell.id == COUNTED);
    Ok(cell.map(|cell| cell.recorded.stdout.clone()).unwrap_or_default())
}

/// Checks the numbers that the masks hide: `counted` is what the lab's own cell has shown.
fn numbers_agree(text: &str, counted: &str) -> Result<()> {
    if !text.contains("skmem") {
        return Ok(());
    }
    let dropped = number(r"\bdropped = (\d+)", counted)?;
    for counter in [r"skmem:\(.*,d(\d+)\)", r"UdpRcvbufErrors +(\d+)"] {
        let count = number(counter, text)?;
        ensure!(count == dropped, "{counter} is {count}, and the cell has counted {dropped}");
    }
    let at_random = number(r"< 25 counter packets (\d+)", text)?;
    ensure!((60..=140).contains(&at_random), "{at_random} of 400 dropped, not 25 %");
    let through = number(r"Sent \d+ bytes (\d+) pkt", text)?;
    let arrived = number(r"udp dport 49152 counter packets (\d+)", text)?;
    let too_many = number(r"pkt \(dropped (\d+)", text)?;
    ensure!(through + too_many == 100, "{through} of 100 came through, {too_many} did not");
    // 28 fit into the burst and the queue; one more passes each millisecond that the loop takes.
    ensure!(through == arrived && (28..100).contains(&through), "{through}, {arrived} arrived");
    Ok(())
}

fn number(pattern: &str, text: &str) -> Result<u64> {
    let found = Regex::new(pattern)?.captures(text).and_then(|found| found[1].parse().ok());
    found.with_context(|| format!("there is no {pattern}"))
}
