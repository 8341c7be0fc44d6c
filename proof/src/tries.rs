//! Makes the changes that the notebooks suggest, see [`crate::metadata`].

use anyhow::{Context, Result, ensure};
use installation::tutorial::Side;
use regex::Regex;

use crate::compare::reports_missing;
use crate::learner::Learner;
use crate::metadata::{Expected, Try};
use crate::pair::Step;
use crate::rule;
use crate::running_notebook::RunningNotebook;

/// Checks that a cell has shown what `expected` says.
fn check(expected: &Expected, side: &RunningNotebook, id: &str) -> Result<()> {
    if expected.shows.is_empty() && expected.rules.is_empty() {
        return Ok(());
    }
    let shown = side.shown(id).with_context(|| format!("{} did not run", side.place(id)))?;
    for line in &expected.shows {
        let whole = Regex::new(&format!("^(?:{line})$"))?;
        let found = shown.stdout.lines().any(|shown| whole.is_match(shown));
        ensure!(found, "{} does not show {line:?}:\n{shown}", side.place(id));
    }
    for rule in &expected.rules {
        rule::check(rule, &shown.stdout).with_context(|| side.place(id))?;
    }
    Ok(())
}

impl Learner {
    /// Makes the change `one` in the cell `id`, takes its steps, checks the result, and undoes it.
    pub async fn attempt(&mut self, on: Side, id: &str, one: &Try) -> Result<()> {
        let side = self.side(on);
        let before = side.cell(id)?.source;
        let mut code = before.clone();
        for (old, new) in &one.replace {
            ensure!(
                code.matches(old).count() == 1,
                "{}: {old:?} must occur exactly once",
                side.place(id)
            );
            code = code.replace(old, new);
        }
        side.notebook.set_source(id, &code)?;
        let done = self.follow(id, one).await;
        let side = self.side(on);
        side.notebook.set_source(id, &before)?;
        (self.server.changed, self.client.changed) = (None, None);
        done
    }

    async fn follow(&mut self, id: &str, one: &Try) -> Result<()> {
        let own = [id.to_string()];
        let run = if one.run.is_empty() { &own[..] } else { &one.run };
        let last = run.last().expect("a try has a step");
        self.server.changed = Some(last.clone());
        self.client.changed = Some(last.clone());
        let known = self.steps();
        for id in run {
            let step = known.iter().find(|step| step.id == *id);
            self.take_for_try(step.with_context(|| format!("there is no step {id}"))?).await?;
        }
        for side in [&self.server, &self.client] {
            let (Ok(cell), Some(shown)) = (side.cell(last), side.shown(last)) else { continue };
            if let Some(reports) = reports_missing(cell.own.needs, shown) {
                ensure!(reports, "{} shows {shown}", side.place(last));
                return Ok(());
            }
        }
        check(&one.server, &self.server, last)?;
        check(&one.client, &self.client, last)
    }

    /// Takes a step. A server that runs until interrupted serves the client only once.
    async fn take_for_try(&mut self, step: &Step) -> Result<()> {
        let id = step.id.as_str();
        if !step.until_interrupted {
            return self.take(step).await;
        }
        self.serve(id, usize::from(step.on_client)).await.map(drop)
    }
}
