//! `linnet-chaos`: see `docs/howto/chaos.md`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use linnet_tests::chaos::plan::Wishes;
use linnet_tests::chaos::run::{Report, Setup, run};
use linnet_tests::chaos::tally::Tally;

const USAGE: &str = "linnet-chaos [--messages N] [--cuts N] [--kills N] [--clock-skew SECONDS] [--seed N]
             [--processes 1|2]
             [--sabotage ack-before-commit|no-dedup|order-by-clock] [--driver FILE] [--folder FOLDER] [--log LEVEL]

The driver must be built with the feature `sabotage`; by default it is looked for beside this program.";

fn main() -> ExitCode {
    let setup = match setup(std::env::args().skip(1)) {
        Ok(setup) => setup,
        Err(error) => {
            say(&format!("{error}\n\n{USAGE}"));
            return ExitCode::from(2);
        }
    };
    match run(&setup) {
        Ok(report) => conclude(&setup, &report),
        Err(error) => {
            say(&format!("no verdict: {error}\nlogs, journal and stores: {}", setup.folder.display()));
            ExitCode::from(2)
        }
    }
}

fn conclude(setup: &Setup, Report { verdict, tally, sent, failures, notes }: &Report) -> ExitCode {
    notes.iter().for_each(|note| say(note));
    verdict.findings.iter().for_each(|finding| say(finding));
    failures.iter().for_each(|failure| say(failure));
    let good = verdict.clean() && failures.is_empty();
    if !good {
        say(&format!("logs, journal and stores: {}", setup.folder.display()));
    }
    say(&format!(
        "hits={} inside-stanza={} inside-login={} half-open={} kills-between={} server-restarts={}",
        tally.hits, tally.inside_stanza, tally.inside_login, tally.half_open, tally.between, tally.server_restarts
    ));
    if setup.wishes.processes > 1 {
        let Tally { wakes, wakes_overtaken, wakes_refused, .. } = tally;
        say(&format!("extensions: worked={wakes} overtaken={wakes_overtaken} refused={wakes_refused}"));
    }
    say(&format!(
        "chaos lost={} doubled={} inverted={} sent={sent} cuts={} kills={} resumed={} reset={} seed={}",
        verdict.lost,
        verdict.doubled,
        verdict.inverted,
        tally.cuts,
        tally.kills,
        tally.resumed,
        tally.reset,
        setup.wishes.seed
    ));
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn setup(mut arguments: impl Iterator<Item = String>) -> Result<Setup, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let beside = own.parent().map(PathBuf::from).unwrap_or_default();
    let mut setup = Setup {
        wishes: Wishes { messages: 2000, cuts: 100, kills: 20, clock_skew: 3600, seed: 1, processes: 1 },
        sabotage: None,
        driver: beside.join("linnet-driver"),
        folder: PathBuf::new(),
        log: "info".to_owned(),
    };
    let mut folder = None;
    while let Some(option) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{option} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|_| format!("{option}: {value} is no number"));
        match option.as_str() {
            "--messages" => setup.wishes.messages = number()?,
            "--cuts" => setup.wishes.cuts = number()?,
            "--kills" => setup.wishes.kills = number()?,
            "--clock-skew" => setup.wishes.clock_skew = number()?,
            "--seed" => setup.wishes.seed = number()?,
            "--processes" => match number()? {
                processes @ 1..=2 => setup.wishes.processes = processes,
                _ => return Err("--processes is 1 or 2".to_owned()),
            },
            "--sabotage" => match value.as_str() {
                "ack-before-commit" | "no-dedup" | "order-by-clock" => setup.sabotage = Some(value),
                _ => return Err(format!("{value} is no sabotage")),
            },
            "--driver" => setup.driver = PathBuf::from(value),
            "--folder" => folder = Some(PathBuf::from(value)),
            "--log" => setup.log = value,
            _ => return Err(format!("{option} is not known")),
        }
    }
    let seed = setup.wishes.seed;
    setup.folder = folder.unwrap_or_else(|| beside.join("chaos").join(format!("seed-{seed}")));
    Ok(setup)
}

/// To standard output; nobody listening is no reason to fail.
fn say(line: &str) {
    drop(writeln!(std::io::stdout(), "{line}"));
}
