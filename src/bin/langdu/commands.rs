//! From words on the command line to what is done.

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use langdu::SpeakOptions;
use langdu::encode::EncodeError;

use crate::cli::{Cli, Command};
use crate::{batch, library, say, text};

pub type Failure = Box<dyn std::error::Error>;

/// A failure of the command line itself, with a stable code.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    pub code: &'static str,
    pub message: String,
}

pub fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Say(words) => say::say(words),
        Command::Batch {
            list,
            folder,
            voice,
            speaker,
            mood,
            marks,
        } => {
            let options = SpeakOptions {
                speaker,
                mood,
                ..SpeakOptions::default()
            };
            batch::batch(&list, &folder, &voice, options, marks)
        }
        Command::Text { classes: true, .. } => text::classes(),
        Command::Text { reading, json, .. } => text::text(&reading, json),
        Command::Voices { json } => library::list(json),
        #[cfg(feature = "serve")]
        Command::Serve(words) => crate::serve::serve(words),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "langdu", &mut std::io::stdout());
            Ok(())
        }
        Command::Man => manual(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has had enough.
        Err(failure) if is_broken_pipe(&failure) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("langdu: {}", describe(&failure));
            ExitCode::FAILURE
        }
    }
}

/// The code, where there is one, and the message.
pub fn describe(failure: &Failure) -> String {
    let engine = failure
        .downcast_ref::<langdu::Error>()
        .map(langdu::Error::code);
    let encoder = failure.downcast_ref::<EncodeError>().map(EncodeError::code);
    let fault = failure.downcast_ref::<Fault>().map(|fault| fault.code);
    let code = engine.or(encoder).or(fault);
    code.map_or_else(|| failure.to_string(), |code| format!("{code}: {failure}"))
}

fn is_broken_pipe(failure: &Failure) -> bool {
    let error = failure.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// One page of the command and its subcommands.
fn manual() -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    for sub in command.get_subcommands() {
        let name = format!("langdu {}", sub.get_name());
        let page = clap_mangen::Man::new(sub.clone());
        std::io::Write::write_all(
            &mut out,
            format!(".SH \"{}\"\n", name.to_uppercase()).as_bytes(),
        )?;
        page.render_description_section(&mut out)?;
        page.render_options_section(&mut out)?;
    }
    Ok(())
}
