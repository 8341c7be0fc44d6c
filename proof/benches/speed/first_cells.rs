//! How long a learner waits for the kernels, for the first cells, and for a cell run again.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use kernel_client::kernel::Kernel;

use crate::contenders::{self, Program};
use harness::report::{Table, median};

/// One measurement, in the order of [`ROWS`].
type Sample = [f64; 6];

const ROWS: [&str; 6] = [
    "both kernels, started together, ready [s]",
    "then `setup` and `hello` on the left, to its first line [s]",
    "then `setup` and `hello` on the right, to the reply [s]",
    "the client's cell again, to its reply [s]",
    "all of this, from the start of the kernels [s]",
    "memory of the client's kernel afterwards [MB]",
];

/// Measures each program in turn, `runs` times.
pub async fn table(programs: &[Program], runs: usize) -> Result<Table> {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); programs.len()];
    for run in 0..runs {
        for (program, samples) in programs.iter().zip(&mut samples) {
            eprintln!("waiting, run {} of {runs}: {}", run + 1, program.name);
            samples.push(sample(program).await.with_context(|| program.name)?);
        }
    }
    let mut table = Table::new("", programs.iter().map(|program| program.name));
    for (index, row) in ROWS.into_iter().enumerate() {
        let medians = samples.iter().map(|samples| median(samples.iter().map(|one| one[index])));
        let digits = if row.ends_with("[MB]") { 0 } else { 2 };
        table.row(row, medians.map(|value| format!("{value:.digits$}")));
    }
    Ok(table)
}

async fn sample(program: &Program) -> Result<Sample> {
    let start = Instant::now();
    let kernel = || Kernel::start(&program.jupyter_path, &program.folder, &[]);
    let (mut left, mut right) = tokio::try_join!(kernel(), kernel())?;
    // A kernel runs these empty cells only after its own start-up work.
    tokio::try_join!(end(&mut left, ""), end(&mut right, ""))?;
    let ready = start.elapsed();

    let clock = Instant::now();
    end(&mut left, &program.setup[0]).await?;
    let mut server = left.begin(&program.server).await?;
    left.wait_for_lines(&mut server, 1).await?;
    let first_line = clock.elapsed();

    let clock = Instant::now();
    end(&mut right, &program.setup[1]).await?;
    to_the_reply(&mut right, &program.client).await?;
    let reply = clock.elapsed();
    let all = start.elapsed();

    let mut again = Vec::new();
    for _ in 0..5 {
        let clock = Instant::now();
        again.push(to_the_reply(&mut right, &program.client).await?.duration_since(clock));
    }
    let memory = right.process().and_then(|id| contenders::memory(id, "VmRSS")).unwrap_or(f64::NAN);
    let seconds = |duration: Duration| duration.as_secs_f64();
    let again = median(again.into_iter().map(seconds));
    Ok([seconds(ready), seconds(first_line), seconds(reply), again, seconds(all), memory])
}

async fn end(kernel: &mut Kernel, code: &str) -> Result<()> {
    let mut execution = kernel.begin(code).await?;
    kernel.wait_for_end(&mut execution).await
}

/// Runs the client's cell. Returns the moment at which its fourth line, the reply, arrived.
async fn to_the_reply(kernel: &mut Kernel, client: &str) -> Result<Instant> {
    let mut execution = kernel.begin(client).await?;
    kernel.wait_for_lines(&mut execution, 4).await?;
    let then = Instant::now();
    kernel.wait_for_end(&mut execution).await?;
    Ok(then)
}
