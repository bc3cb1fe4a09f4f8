//! Which entries are left out (a placeholder until the real one is merged).

/// Rules.
#[derive(Debug, Default)]
pub struct Filter;

/// What the rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is taken.
    Take,
    /// It is left out.
    Leave,
}

impl Filter {
    /// What the rules say of a path below the root.
    pub fn decide(&self, _path: &[u8], _is_directory: bool) -> Decision {
        Decision::Take
    }

    /// Whether there is no rule.
    pub fn is_empty(&self) -> bool {
        true
    }
}
