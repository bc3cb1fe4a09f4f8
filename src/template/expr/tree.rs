//! The tree of a parsed expression.
//!
//! Boundary: plain data between `parse` and `eval`.

use super::pattern::Pattern;
use super::scalar::Scalar;
use super::transliterate::Transliteration;

/// A variable that holds one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `$_`
    Topic,
    /// A variable of the expression, by its number.
    Own(usize),
    /// `$1`, `$2` ...; 0 is `$&`.
    Capture(usize),
    /// What stands before the last match.
    Before,
    /// What stands after the last match.
    After,
    /// `$$1`: a group of the tag of `--rpl`.
    Group(usize),
}

/// An array: `@arg`, or one of the expression's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Array {
    /// `@arg`: element 0 is undefined, as GNU parallel has it.
    Args,
    /// By its number.
    Own(usize),
}

/// An operator with two operands, both evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    Concat,
    Repeat,
    NumLt,
    NumGt,
    NumLe,
    NumGe,
    NumEq,
    NumNe,
    NumCmp,
    Lt,
    Gt,
    Le,
    Ge,
    Eq,
    Ne,
    Cmp,
}

/// An operator that may leave its right side alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Logic {
    And,
    Or,
    Defined,
}

/// A function of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unary {
    Uc,
    Lc,
    UcFirst,
    LcFirst,
    Length,
    Abs,
    Int,
    Hex,
    Oct,
    Ord,
    Chr,
    QuoteMeta,
    Defined,
    Sqrt,
    /// `scalar(..)`: a list or array as one value.
    Scalar,
}

/// A function of a list, or with effects of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Sprintf,
    Join,
    Reverse,
    Substr,
    Index,
    RIndex,
    Seq,
    Slot,
    TotalJobs,
    /// `uq()`: the value is not quoted.
    Unquoted,
    /// `Q()`: the value quoted for the shell.
    Quote,
    /// `skip()`: the job is left out.
    Skip,
}

/// Taking away from the end of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trim {
    Chomp,
    Chop,
}

/// `++` and `--`, and which value they give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    IncrementFirst,
    IncrementAfter,
    DecrementFirst,
    DecrementAfter,
}

/// Whether a match goes on after the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    First,
    All,
}

/// What becomes of the result of `s///` and `tr///`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Written to the target; the count is the value.
    InPlace,
    /// `/r`: the value itself.
    Returned,
}

/// A piece of a text in double quotes.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(Vec<u8>),
    /// One value.
    Value(Node),
    /// The elements with blanks between them.
    Elements(Node),
    /// `\U \L \Q \u \l \E`, by its letter.
    Case(u8),
}

/// What to look for: fixed, or put together for each value.
#[derive(Clone, Debug)]
pub(super) enum Regex {
    Fixed(Pattern),
    Composed { pieces: Vec<Piece>, flags: u8 },
}

/// How `split` cuts.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    /// `' '`: at white space, none at the start.
    Awk,
    At(Regex),
}

/// One node.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Const(Scalar),
    Text(Vec<Piece>),
    Var(Place),
    Element(Array, Box<Node>),
    Array(Array),
    Slice(Array, Box<Node>),
    LastIndex(Array),
    List(Vec<Node>),
    /// `(list)[indices]`
    ListSlice(Box<Node>, Box<Node>),
    Range(Box<Node>, Box<Node>),
    /// One value into one variable.
    Assign(Box<Node>, Box<Node>),
    /// A list into an array or several variables.
    AssignList(Box<Node>, Box<Node>),
    Update(Op, Box<Node>, Box<Node>),
    UpdateLogic(Logic, Box<Node>, Box<Node>),
    Binary(Op, Box<Node>, Box<Node>),
    Logic(Logic, Box<Node>, Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Choose(Box<Node>, Box<Node>, Box<Node>),
    Step(Step, Box<Node>),
    Match(Box<Node>, Box<Regex>, Extent),
    Substitute {
        target: Box<Node>,
        regex: Box<Regex>,
        with: Box<Node>,
        extent: Extent,
        result: Keep,
    },
    Transliterate(Box<Node>, Box<Transliteration>, Keep),
    Split(Box<Cut>, Box<Node>, Option<Box<Node>>),
    Unary(Unary, Box<Node>),
    Trim(Trim, Box<Node>),
    Undefine(Box<Node>),
    Call(Function, Vec<Node>),
}

/// One statement.
#[derive(Clone, Debug)]
pub(super) enum Statement {
    Plain(Node),
    /// `X if C`, `X unless C`
    Modified(When, Node, Node),
    /// With blocks, each of which gives back the captures it found.
    If(Vec<(When, Node, Vec<Statement>)>, Vec<Statement>),
}

/// Which answer runs a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    If,
    Unless,
}
