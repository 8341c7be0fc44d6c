//! A pair of notebooks, and the steps that a learner takes through it.
//!
//! Cells with the same id in both notebooks belong together: the server's is started first; when it has
//! printed its first line, the client's runs; then the server's ends by itself or, where the manifest says so,
//! by an interrupt. A cell whose id stands in one notebook only runs alone, in its place, the server's before
//! the client's. The set-up cells of a side have the same ids as those of the other and run beside them.

use anyhow::Result;
use installation::tutorial::{Part, Side, Tutorial, repository};

use crate::notebook::Notebook;

/// The id of the cell that all others need.
pub const SETUP: &str = "setup";

/// The ids of all cells that others need, in order; the second one holds the functions of the labs.
pub const SETUPS: [&str; 2] = [SETUP, "tools"];

/// The notebooks of a part.
#[derive(Clone)]
pub struct Pair {
    pub part: Part,
    pub server: Notebook,
    pub client: Notebook,
}

/// What a learner does next: the cell to run on either side.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub id: String,
    pub on_server: bool,
    pub on_client: bool,
    /// Whether the server's cell ends by an interrupt only.
    pub until_interrupted: bool,
}

impl Step {
    /// Whether it runs one of the set-up cells, which the others need.
    pub fn is_setup(&self) -> bool {
        SETUPS.contains(&self.id.as_str())
    }
}

/// The pairs of all parts of this clone.
pub fn all() -> Result<Vec<Pair>> {
    Tutorial::read(&repository())?.parts.iter().map(Pair::read).collect()
}

/// The pair of the article.
pub fn article() -> Result<Pair> {
    Pair::read(Tutorial::read(&repository())?.article())
}

/// The pair of the part that has a lab.
pub fn with_lab(lab: &str) -> Result<Pair> {
    let tutorial = Tutorial::read(&repository())?;
    let has = |part: &&Part| part.sections.iter().any(|section| section.id == lab);
    Pair::read(tutorial.parts.iter().find(has).expect("the manifest has the lab"))
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

    /// All steps, in a learner's order.
    pub fn steps(&self) -> Vec<Step> {
        steps(&self.part, &self.server, &self.client)
    }
}

/// Both notebooks from top to bottom, in step at the ids that they share.
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
