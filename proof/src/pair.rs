//! A pair of notebooks, and the steps that a learner takes through it.
//!
//! Cells with the same id in both notebooks belong together. The server's cell starts first. Once
//! it has printed its first line, the client's cell runs. Then the server's cell ends by itself or,
//! if the manifest says so, by an interrupt. A cell whose id only one notebook has runs alone, in
//! its place, the server's before the client's. The set-up cells have the same ids on both sides,
//! and run at the same time.

use std::collections::HashSet;

use anyhow::{Result, ensure};
use installation::tutorial::{Part, Side, Tutorial, repository};

use crate::notebook::Notebook;

/// The prefix of a question that readers answer before they run the next cell.
pub const PREDICT: &str = "**Predict:**";

/// The id of the set-up cell, which all others need.
pub const SETUP: &str = "setup";

/// The ids of the set-up cells, in order. The second one defines the labs' functions.
pub const SETUPS: [&str; 2] = [SETUP, "tools"];

/// The file that the lab on the wire writes its packets to, from the notebooks' folder.
pub const CAPTURE: &str = "captures/capture.pcap";

/// A part's two notebooks.
#[derive(Clone)]
pub struct Pair {
    pub part: Part,
    pub server: Notebook,
    pub client: Notebook,
}

/// A learner's next step: the cell to run on one side or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub id: String,
    pub on_server: bool,
    pub on_client: bool,
    /// Whether only an interrupt ends the server's cell.
    pub until_interrupted: bool,
}

impl Step {
    /// Whether it runs set-up cells, which the others need.
    pub fn is_setup(&self) -> bool {
        SETUPS.contains(&self.id.as_str())
    }
}

/// The pairs of all parts in this clone, in English.
pub fn all() -> Result<Vec<Pair>> {
    Tutorial::read(&repository())?.parts.iter().map(Pair::read).collect()
}

/// The pairs of all parts, each followed by its translations.
pub fn in_all_languages() -> Result<Vec<Pair>> {
    let parts = Tutorial::read(&repository())?.parts_in_all_languages();
    parts.iter().map(Pair::read).collect()
}

/// The article's pair.
pub fn article() -> Result<Pair> {
    Pair::read(Tutorial::read(&repository())?.article())
}

/// The pair that contains a lab.
pub fn with_lab(lab: &str) -> Result<Pair> {
    let tutorial = Tutorial::read(&repository())?;
    let has = |part: &&Part| part.sections.iter().any(|section| section.id == lab);
    Pair::read(tutorial.parts.iter().find(has).expect("the manifest has no such lab"))
}

/// Has the lab on the wire write its packets to `file`, from the notebooks' folder, so that nobody else's
/// run of the lab writes to the same file.
pub fn capture_to(wire: &mut Pair, file: &str) -> Result<()> {
    const CELL: &str = "wire-capture";
    let code = wire.client.code_cell(CELL)?.source;
    let changed = code.replace(CAPTURE, file);
    ensure!(changed != code, "{CELL} does not write to {CAPTURE}");
    wire.client.set_source(CELL, &changed)
}

impl Pair {
    /// Reads both notebooks from this clone.
    pub fn read(part: &Part) -> Result<Pair> {
        let read = |side| Notebook::read(&repository().join(part.path(side)));
        Ok(Pair { part: part.clone(), server: read(Side::Server)?, client: read(Side::Client)? })
    }

    pub fn notebook(&self, side: Side) -> &Notebook {
        match side {
            Side::Server => &self.server,
            Side::Client => &self.client,
        }
    }

    pub fn notebook_mut(&mut self, side: Side) -> &mut Notebook {
        match side {
            Side::Server => &mut self.server,
            Side::Client => &mut self.client,
        }
    }

    /// The ids of the cells below a prediction. On both sides of an exchange, their recorded
    /// outputs would give the answer away.
    pub fn predicted(&self) -> HashSet<String> {
        let mut predicted = HashSet::new();
        for side in Side::BOTH {
            let texts = self.notebook(side).texts();
            for above in texts.windows(2) {
                let [(_, text, false), (id, _, true)] = above else { continue };
                if text.contains(PREDICT) {
                    predicted.insert((*id).to_string());
                }
            }
        }
        predicted
    }

    /// All steps, in the order in which a learner takes them.
    pub fn steps(&self) -> Vec<Step> {
        steps(&self.part, &self.server, &self.client)
    }
}

/// Both notebooks from top to bottom, kept in step by the ids that they share.
pub fn steps(part: &Part, server: &Notebook, client: &Notebook) -> Vec<Step> {
    let ids = |notebook: &Notebook| -> Vec<String> {
        notebook.code_cells().iter().map(|cell| cell.id.to_string()).collect()
    };
    let (server, client) = (ids(server), ids(client));
    let step = |id: &String, on_server, on_client| {
        let until_interrupted = on_server && part.until_interrupted.contains(id);
        Step { id: id.clone(), on_server, on_client, until_interrupted }
    };
    let mut steps = Vec::new();
    let mut clients = client.iter().peekable();
    for id in &server {
        let shared = client.contains(id);
        while shared && let Some(alone) = clients.next_if(|own| *own != id) {
            steps.push(step(alone, false, true));
        }
        if shared {
            clients.next();
        }
        steps.push(step(id, true, shared));
    }
    steps.extend(clients.map(|id| step(id, false, true)));
    steps
}
