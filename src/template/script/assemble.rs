//! The text of a script for so many inputs.
//!
//! Boundary: writes what the reader has decided; no decision is made here.

use super::super::value::Which;
use super::reader::{Place, Segment, Slot, Spread};

/// A script and the arguments that its variables are bound to.
#[derive(Clone, Debug)]
pub(super) struct Assembled {
    pub(super) text: Vec<u8>,
    pub(super) arguments: Vec<(usize, Which)>,
}

impl Assembled {
    /// Whether no value is in the script.
    pub(super) fn is_constant(&self) -> bool {
        self.arguments.is_empty()
    }

    fn write(&mut self, segments: &[Segment], records: usize, current: Option<usize>) {
        for segment in segments {
            match segment {
                Segment::Text(text) => self.text.extend_from_slice(text),
                Segment::Slot(slot) => self.slot(*slot, records, current),
                Segment::Word(inner) => {
                    for record in 0..records {
                        if record > 0 {
                            self.text.push(b' ');
                        }
                        self.write(inner, records, Some(record));
                    }
                }
            }
        }
    }

    fn slot(&mut self, slot: Slot, records: usize, current: Option<usize>) {
        match (slot.spread, current) {
            (Spread::Joined, _) => self.variable(slot, Which::All),
            (Spread::PerInput, Some(record)) => self.variable(slot, Which::Record(record)),
            (Spread::PerInput, None) => {
                for record in 0..records {
                    if record > 0 {
                        self.text.push(b' ');
                    }
                    self.variable(slot, Which::Record(record));
                }
            }
        }
    }

    fn variable(&mut self, slot: Slot, which: Which) {
        let argument = (slot.token, which);
        let known = self.arguments.iter().position(|known| *known == argument);
        let index = known.unwrap_or_else(|| {
            self.arguments.push(argument);
            self.arguments.len() - 1
        });
        let (before, after) = match slot.place {
            Place::Bare => ("\"", "\""),
            Place::Double => ("", ""),
            Place::Single => ("'\"", "\"'"),
        };
        let variable = format!("{before}${{_prun_{}}}{after}", index + 1);
        self.text.extend_from_slice(variable.as_bytes());
    }
}

/// Writes the script for `records` inputs. The values are bound to variables
/// first, so that the script's own positional parameters are empty and its
/// functions see the values too.
pub(super) fn assemble(segments: &[Segment], records: usize) -> Assembled {
    let mut body = Assembled {
        text: Vec::new(),
        arguments: Vec::new(),
    };
    body.write(segments, records, None);
    let count = body.arguments.len();
    let mut text: Vec<u8> = (1..=count)
        .flat_map(|number| format!("_prun_{number}=${{{number}}}; ").into_bytes())
        .collect();
    if count > 0 {
        text.extend(format!("shift {count}; ").into_bytes());
    }
    text.append(&mut body.text);
    Assembled {
        text,
        arguments: body.arguments,
    }
}
