//! `cargo proof`: the command line for changing the notebooks.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use installation::child;
use installation::folder::Installation;
use installation::tutorial::{Part, Side, Tutorial, repository};
use proof::pair::Pair;
use proof::{lists, page, pin, record, translation, types};

const ABOUT: &str = "\
Records and checks the notebooks of \"UDP, hands on\", writes their page and pictures, and measures.

It needs what `cargo lab prepare` installs.";

#[derive(Clone, Copy, PartialEq)]
enum Task {
    Lists,
    Translate,
    Record,
    Check,
    Page,
    Pictures,
    Bench,
    Pin,
    Types,
    Transcripts,
}

impl Task {
    const ALL: [Task; 10] = [
        Task::Lists,
        Task::Translate,
        Task::Record,
        Task::Check,
        Task::Page,
        Task::Pictures,
        Task::Bench,
        Task::Pin,
        Task::Types,
        Task::Transcripts,
    ];

    fn command(self, tutorial: &Tutorial) -> Command {
        let (name, about) = match self {
            Task::Lists => {
                ("lists", "Rewrite the lists of parts and labs, and the minutes; run nothing")
            }
            Task::Translate => (
                "translate",
                "Merge the English text into po/, and generate the translated notebooks",
            ),
            Task::Record => {
                ("record", "Run parts as a reader does, and rewrite their outputs and the lists")
            }
            Task::Check => ("check", "Run parts as a reader does, and compare with their outputs"),
            Task::Page => ("page", "Write the page of each part, static files, to target/page"),
            Task::Pictures => {
                ("pictures", "Draw the diagrams and the README's picture in Chromium (Linux)")
            }
            Task::Bench => ("bench", "Measure, and write what was found into measured/"),
            Task::Pin => ("pin", "Fetch the kernel's release, and pin the digests of its archives"),
            Task::Types => ("types", "Write the types that a stock kernel gives to kept variables"),
            Task::Transcripts => {
                ("transcripts", "Write what the system's tools show (Linux, root)")
            }
        };
        let names: Vec<String> = tutorial.names().into_iter().map(String::from).collect();
        let parts = Arg::new("parts").value_name("PART").action(ArgAction::Append);
        let what = Arg::new("what").value_name("WHAT").value_parser(BENCHES.map(|(name, _)| name));
        match self {
            Task::Record | Task::Check => Command::new(name)
                .arg(parts.num_args(0..).value_parser(PossibleValuesParser::new(names))),
            Task::Bench => Command::new(name).arg(what),
            _ => Command::new(name),
        }
        .about(about)
    }

    async fn run(self, tutorial: &Tutorial, arguments: &ArgMatches) -> Result<()> {
        let installation = Installation::locate()?;
        let jupyter_path = installation.jupyter_path();
        match self {
            Task::Lists => write_lists(tutorial),
            Task::Translate => {
                lists::write(tutorial)?;
                translation::merge(&repository())
            }
            Task::Record => {
                write_lists(tutorial)?;
                for part in chosen(tutorial, arguments) {
                    record::record(&jupyter_path, Pair::read(&part)?).await?;
                }
                Ok(())
            }
            Task::Check => {
                for part in chosen(tutorial, arguments) {
                    record::check(&jupyter_path, Pair::read(&part)?).await?;
                    eprintln!("{} shows what is recorded.", part.path(Side::Server));
                }
                Ok(())
            }
            Task::Page => page::write(&installation, &repository().join("target/page")),
            #[cfg(target_os = "linux")]
            Task::Pictures => proof::pictures::write(tutorial).await,
            #[cfg(not(target_os = "linux"))]
            Task::Pictures => anyhow::bail!("the pictures are drawn on Linux"),
            Task::Bench => bench(arguments.get_one::<String>("what").map(String::as_str)),
            Task::Pin => pin::write(),
            Task::Types => types::write(&installation).await,
            #[cfg(target_os = "linux")]
            Task::Transcripts => proof::transcripts::write(&jupyter_path).await,
            #[cfg(not(target_os = "linux"))]
            Task::Transcripts => anyhow::bail!("the transcripts are made on Linux"),
        }
    }
}

/// The benchmarks that run on request only, and the package of each.
const BENCHES: [(&str, &str); 4] =
    [("browser", "proof"), ("kernel", "proof"), ("crates", "proof"), ("class", "class")];

/// Writes the lists of the source, and the translated notebooks, which have the same lists.
fn write_lists(tutorial: &Tutorial) -> Result<()> {
    lists::write(tutorial)?;
    translation::write(&repository())
}

/// The parts that the command line names, or all, in all languages.
fn chosen(tutorial: &Tutorial, arguments: &ArgMatches) -> Vec<Part> {
    let named: Vec<&String> = arguments.get_many("parts").into_iter().flatten().collect();
    let is_chosen = |part: &Part| named.is_empty() || named.contains(&&part.name);
    tutorial.parts_in_all_languages().into_iter().filter(is_chosen).collect()
}

/// Runs a benchmark through Cargo, which optimises it; this program is not optimised.
fn bench(what: Option<&str>) -> Result<()> {
    let package = BENCHES.iter().find(|(name, _)| Some(*name) == what).map_or("proof", |one| one.1);
    let mut cargo = child::command(PathBuf::from("cargo"));
    cargo.args(["bench", "--package", package, "--"]).args(what).current_dir(repository());
    ensure!(cargo.status()?.success(), "the benchmark failed, see above");
    Ok(())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let tutorial = Tutorial::read(&repository())?;
    let commands = Task::ALL.map(|task| task.command(&tutorial));
    let names = commands.each_ref().map(|command| command.get_name().to_string());
    let command_line = Command::new("cargo proof")
        .bin_name("cargo proof")
        .about(ABOUT)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(commands);
    let matches = command_line.get_matches();
    let (name, arguments) = matches.subcommand().expect("one is required");
    let (_, task) = names.iter().zip(Task::ALL).find(|(own, _)| *own == name).expect("it is one");
    task.run(&tutorial, arguments).await
}
