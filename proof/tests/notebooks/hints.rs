//! The hints of the exercises.

use installation::tutorial::Side;
use proof::pair;

/// A stuck learner opens one hint, perhaps another, and only then the solution below them.
#[test]
fn an_exercise_is_followed_by_one_or_two_folded_hints_and_then_by_its_solution() {
    let pairs = pair::all().unwrap();
    let mut hinted = 0;
    for notebook in pairs.iter().flat_map(|pair| Side::BOTH.map(|side| pair.notebook(side))) {
        let name = notebook.name();
        for cells in notebook.texts().windows(3) {
            let [(id, exercise, _), (hint, text, is_code), (solution, code, _)] = cells else {
                unreachable!("three cells")
            };
            let Some(lab) = id.strip_suffix("-exercise") else { continue };
            let expected = [format!("{lab}-hint"), format!("{lab}-solution")];
            assert_eq!([*hint, *solution].map(String::from), expected, "{name}");
            assert!(!is_code && are_folded_hints(text), "{name}, {hint}: {text}");
            let changes = code.lines().filter(|line| !exercise.contains(line));
            for change in changes.map(|line| line.split("//").next().unwrap().trim()) {
                let gives_away = change.len() > 1 && text.contains(change.trim_end_matches(';'));
                assert!(!gives_away, "{name}, {hint} gives the code away: {change}");
            }
            hinted += 1;
        }
    }
    assert_eq!(hinted, pairs[1..].iter().flat_map(|pair| &pair.part.sections).count());
}

/// Whether a text is one hint or two, each short and folded, and nothing else.
fn are_folded_hints(text: &str) -> bool {
    let Some(text) = text.strip_suffix("\n\n</details>") else { return false };
    let hints: Vec<&str> = text.split("\n\n</details>\n\n").collect();
    let is_right = |(number, hint): (usize, &&str)| {
        let title = if hints.len() > 1 { format!("Hint {number}") } else { "Hint".into() };
        let words = hint.strip_prefix(&format!("<details><summary>{title}</summary>\n\n"));
        words.is_some_and(|words| (5..60).contains(&words.split_whitespace().count()))
    };
    hints.len() <= 2 && (1..).zip(&hints).all(is_right)
}
