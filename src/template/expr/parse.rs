//! Parsing: statements, and operators by their precedence.
//!
//! Boundary: the language. Terms are `term`, texts with variables in them are
//! `quoted`. Whatever is not known for certain to mean what perl makes of it
//! ends with `Stop::Perl`: there is no half-understood expression.

use super::effects::{has_effect, has_match, no_late_effects, reads_match};
use super::error::{Native, Stop};
use super::names::Names;
use super::operators::{Infix, level};
use super::targets::{assignable, bind, is_list_target};
use super::tree::{Logic, Node, Op, Place, Regex, Statement, Step, When};

/// Deeper nesting is left to perl, whose stack is not ours.
const DEEPEST: usize = 60;

/// The place in the text, and what is known of its names.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    pub(super) names: &'a mut Names,
    depth: usize,
}

/// What a text within the text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    Term,
    Expression,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a [u8], names: &'a mut Names) -> Self {
        Self {
            text,
            at: 0,
            names,
            depth: 0,
        }
    }

    /// A whole program.
    pub(super) fn program(&mut self) -> Native<Vec<Statement>> {
        let statements = self.statements()?;
        if self.at < self.text.len() {
            return Err(self.unknown());
        }
        Ok(statements)
    }

    /// What cannot be read, as it is written.
    pub(super) fn unknown(&self) -> Stop {
        let rest = &self.text[self.at.min(self.text.len())..];
        let shown = String::from_utf8_lossy(&rest[..rest.len().min(20)]);
        Stop::perl(if rest.is_empty() {
            "more was expected at its end".to_owned()
        } else {
            format!("`{}`", shown.escape_debug())
        })
    }

    /// Parses another text with the same names: what is between braces, or in a text.
    pub(super) fn inside(&mut self, text: &[u8], extent: Inside) -> Native<Node> {
        let mut inner = Parser {
            text,
            at: 0,
            names: self.names,
            depth: self.depth + 1,
        };
        if inner.depth > DEEPEST {
            return Err(Stop::perl("deep nesting"));
        }
        let node = match extent {
            Inside::Term => inner.term()?,
            Inside::Expression => inner.expression()?,
        };
        inner.blanks();
        if inner.at < text.len() {
            return Err(inner.unknown());
        }
        Ok(node)
    }

    fn statements(&mut self) -> Native<Vec<Statement>> {
        let mut statements = Vec::new();
        loop {
            self.blanks();
            match self.peek() {
                None | Some(b'}') => return Ok(statements),
                Some(b';') => self.at += 1,
                Some(_) => statements.push(self.statement()?),
            }
        }
    }

    fn statement(&mut self) -> Native<Statement> {
        if matches!(self.word(), b"if" | b"unless") {
            return self.conditional();
        }
        let writes = self.names.writes();
        let node = self.expression()?;
        self.blanks();
        let word = self.word();
        let statement = if matches!(word, b"if" | b"unless") {
            self.always(writes)?;
            let unless = word == b"unless";
            self.at += word.len();
            let condition = self.expression()?;
            Statement::Modified(when(unless), condition, node)
        } else {
            Statement::Plain(node)
        };
        self.blanks();
        match self.peek() {
            None | Some(b'}' | b';') => Ok(statement),
            Some(_) => Err(self.unknown()),
        }
    }

    fn conditional(&mut self) -> Native<Statement> {
        let mut arms = Vec::new();
        let mut otherwise = Vec::new();
        loop {
            self.blanks();
            let word = self.word();
            match word {
                b"if" | b"unless" if arms.is_empty() => {}
                b"elsif" if !arms.is_empty() => {}
                b"else" if !arms.is_empty() => {
                    self.at += word.len();
                    otherwise = self.block()?;
                    break;
                }
                _ => break,
            }
            let unless = word == b"unless";
            self.at += word.len();
            self.expect(b'(')?;
            let condition = self.expression()?;
            self.expect(b')')?;
            arms.push((when(unless), condition, self.block()?));
        }
        Ok(Statement::If(arms, otherwise))
    }

    fn block(&mut self) -> Native<Vec<Statement>> {
        self.deeper()?;
        self.expect(b'{')?;
        self.names.open();
        let statements = self.statements()?;
        self.names.close();
        self.expect(b'}')?;
        self.depth -= 1;
        Ok(statements)
    }

    fn deeper(&mut self) -> Native<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Stop::perl("deep nesting"));
        }
        Ok(())
    }

    /// A whole expression, commas included.
    pub(super) fn expression(&mut self) -> Native<Node> {
        self.low(level::LOW_OR)
    }

    /// `or`, `and`, `not`, and then lists.
    fn low(&mut self, least: u8) -> Native<Node> {
        self.deeper()?;
        self.blanks();
        let mut left = if self.word() == b"not" {
            self.at += 3;
            Node::Not(Box::new(self.low(level::LOW_NOT)?))
        } else {
            self.list()?
        };
        loop {
            self.blanks();
            let (logic, level) = match self.word() {
                b"or" => (Logic::Or, level::LOW_OR),
                b"and" => (Logic::And, level::LOW_AND),
                b"xor" => return Err(self.unknown()),
                _ => break,
            };
            if level < least {
                break;
            }
            self.at += self.word().len();
            let writes = self.names.writes();
            let right = self.low(level + 1)?;
            self.always(writes)?;
            left = Node::Logic(logic, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    /// Expressions with commas between them; one alone is itself.
    fn list(&mut self) -> Native<Node> {
        let first = self.operand(level::ASSIGN)?;
        if !self.comma()? {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.starts_term() {
            items.push(self.operand(level::ASSIGN)?);
            if !self.comma()? {
                break;
            }
        }
        no_late_effects(&items)?;
        Ok(Node::List(items))
    }

    /// Takes a comma, or `=>`.
    pub(super) fn comma(&mut self) -> Native<bool> {
        self.blanks();
        if self.take(b"=>") || self.take(b",") {
            self.blanks();
            if self.peek() == Some(b',') {
                return Err(self.unknown());
            }
            return Ok(true);
        }
        Ok(false)
    }

    /// Operators that bind at least as `least` does.
    pub(super) fn operand(&mut self, least: u8) -> Native<Node> {
        self.deeper()?;
        let mut left = self.prefix()?;
        loop {
            self.blanks();
            let Some((infix, level, len)) = self.infix() else {
                break;
            };
            if level < least {
                break;
            }
            self.at += len;
            left = self.apply(infix, level, left)?;
            let comparison = matches!(level, level::COMPARE | level::EQUAL | level::RANGE);
            if comparison && self.infix_after_blanks() == Some(level) {
                return Err(Stop::perl("comparisons in a row"));
            }
        }
        self.depth -= 1;
        Ok(left)
    }

    fn infix_after_blanks(&mut self) -> Option<u8> {
        self.blanks();
        self.infix().map(|(_, level, _)| level)
    }

    fn apply(&mut self, infix: Infix, level: u8, left: Node) -> Native<Node> {
        Ok(match infix {
            Infix::Binary(Op::Repeat) if matches!(left, Node::List(_)) => {
                return Err(Stop::perl("the repetition of a list"));
            }
            // Right to left; the exponent may have a sign.
            Infix::Binary(Op::Pow) => {
                let right = self.operand(level::SIGN)?;
                Node::Binary(Op::Pow, Box::new(left), Box::new(right))
            }
            Infix::Binary(op) => {
                let right = self.operand(level + 1)?;
                // Perl looks at the left side's variable after that.
                let changes = has_effect(&right) && !matches!(left, Node::Const(_));
                if changes || has_match(&right) && reads_match(&left) {
                    return Err(Stop::perl("an effect on the right of an operator"));
                }
                Node::Binary(op, Box::new(left), Box::new(right))
            }
            Infix::Logic(logic) => {
                let writes = self.names.writes();
                let right = self.operand(level + 1)?;
                self.always(writes)?;
                Node::Logic(logic, Box::new(left), Box::new(right))
            }
            Infix::Range => {
                let right = self.operand(level + 1)?;
                Node::Range(Box::new(left), Box::new(right))
            }
            Infix::Choose => {
                let writes = self.names.writes();
                let yes = self.operand(level::ASSIGN)?;
                self.expect(b':')?;
                let no = self.operand(level::CHOOSE)?;
                self.always(writes)?;
                Node::Choose(Box::new(left), Box::new(yes), Box::new(no))
            }
            Infix::Assign => {
                // The value first: `my $x = $x` means another $x.
                let is_list = is_list_target(&left);
                assignable(&left, is_list)?;
                let right = self.operand(level)?;
                self.written(&left);
                if is_list {
                    Node::AssignList(Box::new(left), Box::new(right))
                } else {
                    Node::Assign(Box::new(left), Box::new(right))
                }
            }
            Infix::Update(op) => {
                assignable(&left, false)?;
                let right = self.operand(level)?;
                Node::Update(op, Box::new(left), Box::new(right))
            }
            Infix::UpdateLogic(logic) => {
                assignable(&left, false)?;
                let right = self.operand(level)?;
                Node::UpdateLogic(logic, Box::new(left), Box::new(right))
            }
            Infix::Bind => {
                let right = self.operand(level + 1)?;
                bind(left, right)?
            }
            Infix::BindNot => {
                let right = self.operand(level + 1)?;
                Node::Not(Box::new(bind(left, right)?))
            }
        })
    }

    /// From here on the variables of `target` have values of this evaluation.
    fn written(&mut self, target: &Node) {
        match target {
            Node::Var(Place::Own(index)) => self.names.write_scalar(*index),
            Node::Array(super::tree::Array::Own(index)) => self.names.write_array(*index),
            Node::List(items) => {
                for item in items {
                    self.written(item);
                }
            }
            _ => {}
        }
    }

    /// Refuses a variable without `my` that is written only sometimes: it would
    /// keep the value of another job.
    fn always(&self, writes_before: usize) -> Native<()> {
        if self.names.writes() == writes_before {
            return Ok(());
        }
        Err(Stop::perl(
            "a variable without my that is not always written",
        ))
    }

    fn prefix(&mut self) -> Native<Node> {
        self.blanks();
        let rest = self.rest();
        for (sign, step) in [(b"++", Step::IncrementFirst), (b"--", Step::DecrementFirst)] {
            if rest.starts_with(sign) {
                self.at += 2;
                let target = self.operand(level::POWER + 1)?;
                assignable(&target, false)?;
                return Ok(Node::Step(step, Box::new(target)));
            }
        }
        match rest.first() {
            Some(b'!') if !rest.starts_with(b"!~") => {
                self.at += 1;
                Ok(Node::Not(Box::new(self.operand(level::SIGN)?)))
            }
            Some(b'-') => {
                self.at += 1;
                // `-e $_` asks about a file.
                let mut next = self.rest().iter();
                if next.next().is_some_and(u8::is_ascii_alphabetic)
                    && !next.next().is_some_and(u8::is_ascii_alphanumeric)
                {
                    return Err(Stop::perl("a test of a file"));
                }
                Ok(Node::Negate(Box::new(self.operand(level::SIGN)?)))
            }
            Some(b'+') => {
                self.at += 1;
                self.operand(level::SIGN)
            }
            _ => self.postfix(),
        }
    }

    fn postfix(&mut self) -> Native<Node> {
        let node = self.term()?;
        if let Node::Match(_, regex, _) = &node
            && matches!(&**regex, Regex::Fixed(pattern) if pattern.is_empty())
        {
            return Err(Stop::perl("an empty pattern"));
        }
        self.blanks();
        let rest = self.rest();
        for (sign, step) in [(b"++", Step::IncrementAfter), (b"--", Step::DecrementAfter)] {
            if rest.starts_with(sign) {
                self.at += 2;
                assignable(&node, false)?;
                return Ok(Node::Step(step, Box::new(node)));
            }
        }
        if rest.starts_with(b"->") || matches!(rest.first(), Some(b'[' | b'{')) {
            return Err(self.unknown());
        }
        Ok(node)
    }

    /// Whether a term can begin here.
    pub(super) fn starts_term(&mut self) -> bool {
        self.blanks();
        if self.rest().starts_with(b"&&") {
            return false;
        }
        match self.peek() {
            None
            | Some(b')' | b']' | b'}' | b';' | b':' | b',' | b'.' | b'*' | b'=' | b'>' | b'|') => {
                false
            }
            Some(_) => !matches!(
                self.word(),
                b"if"
                    | b"unless"
                    | b"or"
                    | b"and"
                    | b"xor"
                    | b"x"
                    | b"eq"
                    | b"ne"
                    | b"lt"
                    | b"gt"
                    | b"le"
                    | b"ge"
                    | b"cmp"
                    | b"for"
                    | b"foreach"
                    | b"while"
                    | b"until"
            ),
        }
    }
}

fn when(unless: bool) -> When {
    if unless { When::Unless } else { When::If }
}
