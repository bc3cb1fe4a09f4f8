//! Inputs that are commands themselves: prun without a command.
//!
//! Boundary: decides for each line how it is run. The lines are the user's
//! own code; there are no tokens in them.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::argv::Argv;
use super::record::{Record, Values};
use super::spec::IsProgram;
use super::token::Sym;
use super::words::{Shape, shape};

/// Names are remembered up to here: a list of a billion commands has few
/// programs, and one that has many must not fill the memory.
const REMEMBERED: usize = 4096;

/// How to run lines.
#[derive(Clone)]
pub(super) struct Lines {
    shell: Box<[u8]>,
    bash: Box<[u8]>,
    functions: Box<[Vec<u8>]>,
    is_program: IsProgram,
}

impl Lines {
    pub(super) fn new(
        shell: &[u8],
        bash: &[u8],
        functions: &[Vec<u8>],
        is_program: &IsProgram,
    ) -> Self {
        Self {
            shell: shell.into(),
            bash: bash.into(),
            functions: functions.into(),
            is_program: remembering(Arc::clone(is_program)),
        }
    }

    pub(super) fn render(&self, values: &Values<'_>, argv: &mut Argv) {
        let line = line(values.records);
        let symbols: Vec<Sym> = line.iter().copied().map(Sym::Byte).collect();
        let shell = match shape(&symbols, &self.functions, &self.is_program) {
            Ok(Shape::Direct(words)) => {
                for word in &words {
                    let part = argv.part();
                    part.extend(word.iter().filter_map(|symbol| match symbol {
                        Sym::Byte(byte) => Some(*byte),
                        Sym::Token(_) => None,
                    }));
                    argv.end_word();
                }
                return;
            }
            Ok(Shape::Function) => &self.bash,
            // The shell reports what is wrong with a line, with the job's
            // other output: one bad line is one failed job.
            Ok(Shape::Script) | Err(_) => &self.shell,
        };
        argv.push(shell);
        argv.push(b"-c");
        argv.push(&line);
        argv.push(shell);
    }
}

/// The line of a job: its values, joined by spaces.
fn line(records: &[Record]) -> Vec<u8> {
    let mut line = Vec::new();
    for (index, value) in records.iter().flat_map(super::value::parts).enumerate() {
        if index > 0 {
            line.push(b' ');
        }
        line.extend_from_slice(value);
    }
    line
}

/// A lookup on PATH once a name, not once a line.
fn remembering(is_program: IsProgram) -> IsProgram {
    let known: Mutex<HashMap<Vec<u8>, bool>> = Mutex::default();
    Arc::new(move |name| {
        let cached = {
            let known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(name).copied()
        };
        cached.unwrap_or_else(|| {
            let found = is_program(name);
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.len() < REMEMBERED {
                known.insert(name.to_vec(), found);
            }
            found
        })
    })
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("shell", &self.shell)
            .field("functions", &self.functions)
            .finish_non_exhaustive()
    }
}
