//! A perl that evaluates the expressions prun does not understand by itself.
//!
//! Boundary: one process, started when it is first needed, one call at a time.
//! It ends when prun does: its standard input ends then. Variables without
//! `my` live in it from call to call, as they do in GNU parallel.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use crate::template::expr::{Call, Evaluated, Fate, Perl, Quoting};

#[cfg(test)]
mod tests;

/// What perl runs.
const SERVER: &str = include_str!("server.pl");

/// A perl that is started when it is first called.
#[derive(Debug)]
pub struct PerlProcess {
    program: PathBuf,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl PerlProcess {
    /// Will run the perl at `program`.
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            running: Mutex::default(),
        }
    }

    fn ask(&self, request: &[u8]) -> io::Result<[Vec<u8>; 5]> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.is_none() {
            *running = Some(Running::start(&self.program)?);
        }
        let Some(perl) = running.as_mut() else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let answer = perl.ask(request);
        if answer.is_err()
            && let Some(mut perl) = running.take()
        {
            // It is of no more use, wherever it stands; the next call starts another.
            let _gone_already = perl.child.kill();
            let _nobody_asks = perl.child.wait();
        }
        answer
    }
}

impl Running {
    fn start(program: &PathBuf) -> io::Result<Self> {
        let mut child = Command::new(program)
            .arg("-e")
            .arg(SERVER)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // The keys of the terminal are for prun, which may let jobs go on.
            .process_group(0)
            .spawn()?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self {
            child,
            requests,
            answers: BufReader::new(answers),
        })
    }

    fn ask(&mut self, request: &[u8]) -> io::Result<[Vec<u8>; 5]> {
        // A request is read whole before the answer is written, so neither waits for the other.
        self.requests.write_all(request)?;
        self.requests.flush()?;
        let mut answer = [const { Vec::new() }; 5];
        for field in &mut answer {
            let mut len = String::new();
            self.answers.read_line(&mut len)?;
            let len: u64 = len.trim_end().parse().map_err(|_| ended())?;
            let read = (&mut self.answers).take(len).read_to_end(field)?;
            if read as u64 != len {
                return Err(ended());
            }
        }
        Ok(answer)
    }
}

fn ended() -> io::Error {
    io::Error::other("perl ended before it answered")
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _nobody_asks = self.child.wait();
    }
}

impl PerlProcess {
    /// Asks for an answer to `call`, or with the word `compile` only for what
    /// perl says of its expression.
    fn answer(&self, word: &[u8], call: &Call<'_>) -> Result<[Vec<u8>; 5], String> {
        let mut request = Vec::new();
        let mut add = |field: &[u8]| {
            request.extend(field.len().to_string().as_bytes());
            request.push(b'\n');
            request.extend(field);
        };
        add(word);
        add(call.source);
        add(call.value);
        for number in [call.seq, call.slot, call.total] {
            add(number.to_string().as_bytes());
        }
        add(call.groups.len().to_string().as_bytes());
        call.groups.iter().for_each(|group| add(group));
        add(call.args.len().to_string().as_bytes());
        call.args.iter().for_each(|argument| add(argument));
        let answer = self
            .ask(&request)
            .map_err(|error| format!("{}: {error}", self.program.display()))?;
        if !answer[0].is_empty() {
            return Err(String::from_utf8_lossy(&answer[0]).into_owned());
        }
        Ok(answer)
    }
}

impl Perl for PerlProcess {
    fn compile(&self, call: &Call<'_>) -> Result<(), String> {
        self.answer(b"compile", call).map(|_| ())
    }

    fn evaluate(&self, call: &Call<'_>) -> Result<Evaluated, String> {
        let [_, value, unquoted, skipped, truth] = self.answer(b"evaluate", call)?;
        Ok(Evaluated {
            value,
            quoting: if unquoted == b"1" {
                Quoting::Unquoted
            } else {
                Quoting::Quoted
            },
            fate: if skipped == b"1" {
                Fate::Skipped
            } else {
                Fate::Runs
            },
            is_true: truth == b"1",
        })
    }
}
