//! The variables of an expression: their numbers, and what is known of them.
//!
//! Boundary: names only. In perl a variable without `my` lives as long as the
//! run, so that a value can pass from one job to the next; natively none does.
//! One that is read before it is written therefore goes to perl.

use super::error::{Native, Stop};
use super::tree::{Array, Node, Place};

#[derive(Debug)]
struct Name {
    text: Vec<u8>,
    is_written: bool,
    /// The block it was declared in has ended: the same name is another variable now.
    is_gone: bool,
    is_private: bool,
    depth: usize,
}

/// The names met so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    scalars: Vec<Name>,
    arrays: Vec<Name>,
    depth: usize,
    /// Variables without `my` that are written: another expression could read them.
    writes: usize,
}

impl Names {
    pub(super) fn open(&mut self) {
        self.depth += 1;
    }

    pub(super) fn close(&mut self) {
        let depth = self.depth;
        for name in self.scalars.iter_mut().chain(&mut self.arrays) {
            // Written in a block that may not have run.
            if name.depth == depth {
                name.is_gone |= name.is_private;
                name.is_written = false;
            }
        }
        self.depth -= 1;
    }

    pub(super) fn scalars(&self) -> usize {
        self.scalars.len()
    }

    pub(super) fn arrays(&self) -> usize {
        self.arrays.len()
    }

    pub(super) fn writes(&self) -> usize {
        self.writes
    }

    pub(super) fn scalar(&mut self, text: &[u8], is_private: bool) -> Native<Place> {
        Ok(Place::Own(find(
            &mut self.scalars,
            text,
            is_private,
            self.depth,
        )?))
    }

    pub(super) fn array(&mut self, text: &[u8], is_private: bool) -> Native<Array> {
        if text == b"arg" {
            return Ok(Array::Args);
        }
        Ok(Array::Own(find(
            &mut self.arrays,
            text,
            is_private,
            self.depth,
        )?))
    }

    pub(super) fn write_scalar(&mut self, index: usize) {
        self.writes +=
            usize::from(!self.scalars[index].is_private && !self.scalars[index].is_written);
        write(&mut self.scalars[index], self.depth);
    }

    pub(super) fn write_array(&mut self, index: usize) {
        self.writes +=
            usize::from(!self.arrays[index].is_private && !self.arrays[index].is_written);
        write(&mut self.arrays[index], self.depth);
    }

    /// Refuses a node that reads a variable not written before.
    pub(super) fn check(&self, node: &Node) -> Native<()> {
        let name = match node {
            Node::Var(Place::Own(index)) => &self.scalars[*index],
            Node::Array(Array::Own(index))
            | Node::LastIndex(Array::Own(index))
            | Node::Slice(Array::Own(index), _)
            | Node::Element(Array::Own(index), _) => &self.arrays[*index],
            _ => return Ok(()),
        };
        if name.is_written || name.is_private {
            return Ok(());
        }
        Err(Stop::perl(format!(
            "the variable {} is read before it is written",
            String::from_utf8_lossy(&name.text)
        )))
    }
}

fn write(name: &mut Name, depth: usize) {
    if !name.is_written {
        name.is_written = true;
        name.depth = depth;
    }
}

fn find(names: &mut Vec<Name>, text: &[u8], is_private: bool, depth: usize) -> Native<usize> {
    if let Some(index) = names.iter().position(|name| name.text == text) {
        if is_private || names[index].is_gone {
            return Err(Stop::perl("two variables of one name"));
        }
        return Ok(index);
    }
    names.push(Name {
        text: text.to_vec(),
        is_written: false,
        is_gone: false,
        is_private,
        depth,
    });
    Ok(names.len() - 1)
}
