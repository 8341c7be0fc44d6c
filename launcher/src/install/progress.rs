//! How far the compilation of the kernel is, as Cargo's progress bar says.

use std::sync::Mutex;

/// How many crates are compiled, out of how many. Both are 0 until the compilation begins.
#[derive(Default)]
pub(crate) struct Progress(Mutex<(usize, usize)>);

impl Progress {
    /// Takes notice of a piece of Cargo's report.
    pub(super) fn read(&self, report: &str) {
        if let Some(found) = in_bar(report) {
            *self.0.lock().expect("nothing panics with the lock") = found;
        }
    }

    pub(crate) fn of_crates(&self) -> (usize, usize) {
        *self.0.lock().expect("nothing panics with the lock")
    }
}

/// What Cargo's bar says, as in `Building [==>   ] 12/345: serde, syn`.
fn in_bar(report: &str) -> Option<(usize, usize)> {
    let (_, bar) = report.rsplit_once("Building")?;
    let (done, all) = bar.split_once("] ")?.1.split_once('/')?;
    let all: String = all.chars().take_while(char::is_ascii_digit).collect();
    Some((done.parse().ok()?, all.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_how_many_crates_are_compiled() {
        let progress = Progress::default();
        progress.read("   Compiling serde v1.0.0\n");
        assert_eq!(progress.of_crates(), (0, 0));
        progress.read("\u{1b}[1m    Building\u{1b}[0m [=>      ] 12/345: serde, syn\r");
        assert_eq!(progress.of_crates(), (12, 345));
        progress.read("    Building [===>    ] 13/345\r   Compiling salsa v0.1.0\n");
        assert_eq!(progress.of_crates(), (13, 345));
    }
}
