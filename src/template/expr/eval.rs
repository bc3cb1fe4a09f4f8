//! Evaluation: a walk over the tree, with the variables of one value.
//!
//! Boundary: nodes in, scalars out. Functions of values are `functions`,
//! matching and splitting `matching`.

use super::error::{Native, Stop};
use super::functions;
use super::matching::Matched;
use super::program::{Context, Program};
use super::scalar::{Scalar, binary};
use super::tree::{Array, Function, Logic, Node, Piece, Place, Statement, Step, Trim, Unary, When};

/// No array may have more elements than this.
const MOST_ELEMENTS: usize = 1 << 20;

/// One evaluation.
pub(super) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) context: &'a Context<'a>,
    pub(super) groups: &'a [Vec<u8>],
    pub(super) topic: Scalar,
    pub(super) matched: Option<Matched>,
    scalars: Vec<Scalar>,
    arrays: Vec<Vec<Scalar>>,
    pub(super) unquoted: bool,
    pub(super) skipped: bool,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        program: &'a Program,
        groups: &'a [Vec<u8>],
        value: &[u8],
        context: &'a Context<'a>,
    ) -> Self {
        Self {
            program,
            context,
            groups,
            topic: Scalar::Bytes(value.to_vec()),
            matched: None,
            scalars: vec![Scalar::Undef; program.scalars],
            arrays: vec![Vec::new(); program.arrays],
            unquoted: false,
            skipped: false,
        }
    }

    /// Runs the statements; the value of the last one.
    pub(super) fn run(&mut self, statements: &[Statement]) -> Native<Scalar> {
        let mut last = Scalar::Undef;
        for statement in statements {
            match statement {
                Statement::Plain(node) => last = self.scalar(node)?,
                Statement::Modified(when, condition, node) => {
                    let condition = self.scalar(condition)?;
                    last = if runs(*when, &condition) {
                        self.scalar(node)?
                    } else {
                        condition
                    };
                }
                Statement::If(arms, otherwise) => last = self.choose(arms, otherwise)?,
            }
        }
        Ok(last)
    }

    fn choose(
        &mut self,
        arms: &[(When, Node, Vec<Statement>)],
        otherwise: &[Statement],
    ) -> Native<Scalar> {
        let mut last = Scalar::Undef;
        let mut taken = (!otherwise.is_empty()).then_some(otherwise);
        for (when, condition, statements) in arms {
            last = self.scalar(condition)?;
            if runs(*when, &last) {
                taken = Some(statements);
                break;
            }
        }
        let Some(statements) = taken else {
            return Ok(last);
        };
        let matched = self.matched.clone();
        let value = self.run(statements)?;
        self.matched = matched;
        Ok(value)
    }

    /// The node as one value.
    pub(super) fn scalar(&mut self, node: &Node) -> Native<Scalar> {
        match node {
            Node::Const(value) => Ok(value.clone()),
            Node::Text(pieces) => Ok(Scalar::Bytes(self.text(pieces)?)),
            Node::Var(place) => Ok(self.variable(*place)),
            Node::Element(array, index) => {
                let index = self.scalar(index)?.offset()?;
                Ok(self.element(*array, index))
            }
            Node::Array(array) => Ok(Scalar::count(self.len(*array))),
            Node::LastIndex(array) => Ok(Scalar::count(self.len(*array)).plus(-1)),
            Node::List(items) => {
                let Some((last, before)) = items.split_last() else {
                    return Ok(Scalar::Undef);
                };
                for item in before {
                    self.scalar(item)?;
                }
                self.scalar(last)
            }
            Node::Slice(..) | Node::ListSlice(..) => {
                let mut values = Vec::new();
                self.list(node, &mut values)?;
                Ok(values.pop().unwrap_or(Scalar::Undef))
            }
            Node::Range(..) => Err(Stop::perl("a range as a condition")),
            Node::Assign(target, value) => {
                let value = self.scalar(value)?;
                self.assign(target, value.clone())?;
                Ok(value)
            }
            Node::AssignList(target, value) => Ok(Scalar::count(self.assign_list(target, value)?)),
            Node::Update(op, target, value) => {
                // The right side first, as perl has it.
                let right = self.scalar(value)?;
                let left = self.scalar(target)?;
                let value = binary(*op, left, right)?;
                self.assign(target, value.clone())?;
                Ok(value)
            }
            Node::UpdateLogic(logic, target, value) => {
                let left = self.scalar(target)?;
                if !wants_right(*logic, &left) {
                    return Ok(left);
                }
                let value = self.scalar(value)?;
                self.assign(target, value.clone())?;
                Ok(value)
            }
            Node::Binary(op, left, right) => {
                let left = self.scalar(left)?;
                let right = self.scalar(right)?;
                binary(*op, left, right)
            }
            Node::Logic(logic, left, right) => {
                let left = self.scalar(left)?;
                if wants_right(*logic, &left) {
                    self.scalar(right)
                } else {
                    Ok(left)
                }
            }
            Node::Not(node) => Ok(Scalar::truth(!self.scalar(node)?.is_true())),
            Node::Negate(node) => self.scalar(node)?.negated(),
            Node::Choose(condition, yes, no) => {
                let yes_or_no = self.scalar(condition)?.is_true();
                self.scalar(if yes_or_no { yes } else { no })
            }
            Node::Step(step, target) => self.step(*step, target),
            Node::Match(target, regex, extent) => self.match_scalar(target, regex, *extent),
            Node::Substitute {
                target,
                regex,
                with,
                extent,
                result,
            } => self.substitute(target, regex, with, *extent, *result),
            Node::Transliterate(target, table, keep) => self.transliterate(target, table, *keep),
            Node::Split(cut, value, limit) => {
                let mut fields = Vec::new();
                self.split(cut, value, limit.as_deref(), &mut fields)?;
                Ok(Scalar::count(fields.len()))
            }
            Node::Unary(Unary::Scalar, node) => self.scalar(node),
            Node::Unary(function, node) => functions::unary(*function, self.scalar(node)?),
            Node::Trim(trim, target) => self.trim(*trim, target),
            Node::Undefine(target) => {
                self.assign(target, Scalar::Undef)?;
                Ok(Scalar::Undef)
            }
            Node::Call(function, arguments) => self.call(*function, arguments),
        }
    }

    /// The node as a list, added to `values`.
    pub(super) fn list(&mut self, node: &Node, values: &mut Vec<Scalar>) -> Native<()> {
        match node {
            Node::Array(array) => {
                for index in 0..self.len(*array) {
                    let index = i64::try_from(index).unwrap_or(i64::MAX);
                    values.push(self.element(*array, index));
                }
            }
            Node::Slice(array, indices) => {
                let mut wanted = Vec::new();
                self.list(indices, &mut wanted)?;
                for index in wanted {
                    values.push(self.element(*array, index.offset()?));
                }
            }
            Node::List(items) => {
                for item in items {
                    self.list(item, values)?;
                }
            }
            Node::ListSlice(list, indices) => {
                let mut from = Vec::new();
                self.list(list, &mut from)?;
                let mut wanted = Vec::new();
                self.list(indices, &mut wanted)?;
                // A slice of an empty list is empty.
                if from.is_empty() {
                    return Ok(());
                }
                for index in wanted {
                    values.push(pick(&from, index.offset()?));
                }
            }
            Node::Range(first, last) => self.range(first, last, values)?,
            Node::Choose(condition, yes, no) => {
                let yes_or_no = self.scalar(condition)?.is_true();
                self.list(if yes_or_no { yes } else { no }, values)?;
            }
            Node::Logic(logic, left, right) => {
                let left = self.scalar(left)?;
                if wants_right(*logic, &left) {
                    self.list(right, values)?;
                } else {
                    values.push(left);
                }
            }
            Node::AssignList(target, value) => {
                self.assign_list(target, value)?;
                self.list(target, values)?;
            }
            Node::Match(target, regex, extent) => {
                self.match_list(target, regex, *extent, values)?;
            }
            Node::Split(cut, value, limit) => {
                self.split(cut, value, limit.as_deref(), values)?;
            }
            Node::Call(Function::Reverse, arguments) => {
                let mut turned = Vec::new();
                for argument in arguments {
                    self.list(argument, &mut turned)?;
                }
                values.extend(turned.into_iter().rev());
            }
            other => values.push(self.scalar(other)?),
        }
        if values.len() > MOST_ELEMENTS {
            return Err(Stop::Fail("a list has more than a million elements".into()));
        }
        Ok(())
    }

    fn range(&mut self, first: &Node, last: &Node, values: &mut Vec<Scalar>) -> Native<()> {
        let (first, last) = (self.scalar(first)?, self.scalar(last)?);
        let is_number = |value: &Scalar| match value {
            Scalar::Int(_) | Scalar::Float(_) => true,
            Scalar::Bytes(text) => {
                !text.is_empty() && text[0] != b'0' && text.iter().all(u8::is_ascii_digit)
            }
            Scalar::Undef => false,
        };
        if !is_number(&first) || !is_number(&last) {
            return Err(Stop::perl("a range of texts"));
        }
        let (first, last) = (first.integer()?, last.integer()?);
        if last - first > MOST_ELEMENTS as i128 {
            return Err(Stop::Fail(
                "a range has more than a million elements".into(),
            ));
        }
        values.extend((first..=last).map(Scalar::Int));
        Ok(())
    }

    fn len(&self, array: Array) -> usize {
        match array {
            Array::Args => self.context.args.len() + 1,
            Array::Own(index) => self.arrays[index].len(),
        }
    }

    fn element(&self, array: Array, index: i64) -> Scalar {
        let Array::Own(own) = array else {
            let len = i64::try_from(self.len(array)).unwrap_or(i64::MAX);
            let index = if index < 0 { index + len } else { index };
            let argument = usize::try_from(index - 1).ok();
            let argument = argument.and_then(|index| self.context.args.get(index));
            return argument.map_or(Scalar::Undef, |value| Scalar::Bytes(value.to_vec()));
        };
        pick(&self.arrays[own], index)
    }

    fn variable(&self, place: Place) -> Scalar {
        let bytes = |bytes: Option<&[u8]>| {
            bytes.map_or(Scalar::Undef, |bytes| Scalar::Bytes(bytes.to_vec()))
        };
        match place {
            Place::Topic => self.topic.clone(),
            Place::Own(index) => self.scalars[index].clone(),
            Place::Capture(group) => bytes(
                self.matched
                    .as_ref()
                    .and_then(|matched| matched.group(group)),
            ),
            Place::Before => bytes(self.matched.as_ref().map(Matched::before)),
            Place::After => bytes(self.matched.as_ref().map(Matched::after)),
            Place::Group(group) => bytes(
                group
                    .checked_sub(1)
                    .and_then(|index| self.groups.get(index))
                    .map(Vec::as_slice),
            ),
        }
    }

    pub(super) fn assign(&mut self, target: &Node, value: Scalar) -> Native<()> {
        match target {
            Node::Var(Place::Topic) => self.topic = value,
            Node::Var(Place::Own(index)) => self.scalars[*index] = value,
            Node::Element(Array::Own(array), index) => {
                let index = self.scalar(index)?.offset()?;
                let elements = &mut self.arrays[*array];
                let len = i64::try_from(elements.len()).unwrap_or(i64::MAX);
                let index = if index < 0 { index + len } else { index };
                let index = usize::try_from(index)
                    .ok()
                    .filter(|index| *index < MOST_ELEMENTS)
                    .ok_or_else(|| Stop::Fail("an element outside of its array".into()))?;
                if elements.len() <= index {
                    elements.resize(index + 1, Scalar::Undef);
                }
                elements[index] = value;
            }
            // `(my $x = $_) =~ s/..//`: the value is there, and is replaced.
            _ => {
                return Err(Stop::perl(
                    "an assignment to something else than a variable",
                ));
            }
        }
        Ok(())
    }

    /// Assigns the list; how many values there were.
    fn assign_list(&mut self, target: &Node, value: &Node) -> Native<usize> {
        let mut values = Vec::new();
        self.list(value, &mut values)?;
        let count = values.len();
        let mut values = values.into_iter();
        let items = match target {
            Node::List(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        for item in items {
            if let Node::Array(Array::Own(index)) = item {
                self.arrays[*index] = values.by_ref().collect();
            } else {
                self.assign(item, values.next().unwrap_or(Scalar::Undef))?;
            }
        }
        Ok(count)
    }

    fn step(&mut self, step: Step, target: &Node) -> Native<Scalar> {
        let old = self.scalar(target)?;
        let new = match step {
            Step::IncrementFirst | Step::IncrementAfter if self.program.is_one_step() => {
                old.next_text()?
            }
            Step::IncrementFirst | Step::IncrementAfter => old.next()?,
            Step::DecrementFirst | Step::DecrementAfter => old.plus(-1),
        };
        self.assign(target, new.clone())?;
        Ok(match step {
            Step::IncrementFirst | Step::DecrementFirst => new,
            Step::IncrementAfter if old == Scalar::Undef => Scalar::Int(0),
            Step::IncrementAfter | Step::DecrementAfter => old,
        })
    }

    fn trim(&mut self, trim: Trim, target: &Node) -> Native<Scalar> {
        let mut text = self.scalar(target)?.into_bytes();
        let taken = match trim {
            Trim::Chop => text.pop(),
            Trim::Chomp => text.pop_if(|byte| *byte == b'\n'),
        };
        self.assign(target, Scalar::Bytes(text))?;
        Ok(match trim {
            Trim::Chop => Scalar::Bytes(taken.into_iter().collect()),
            Trim::Chomp => Scalar::count(usize::from(taken.is_some())),
        })
    }

    fn call(&mut self, function: Function, arguments: &[Node]) -> Native<Scalar> {
        match function {
            Function::Seq => Ok(Scalar::Int(self.context.seq.into())),
            Function::Slot => Ok(Scalar::Int(self.context.slot.into())),
            Function::TotalJobs => Ok(Scalar::Int((self.context.total)().into())),
            Function::Unquoted => {
                self.unquoted = true;
                Ok(Scalar::Int(1))
            }
            Function::Skip => {
                self.skipped = true;
                Ok(Scalar::Int(1))
            }
            Function::Quote => {
                let value = self.scalar(&arguments[0])?.into_bytes();
                Ok(Scalar::Bytes((self.context.quote)(&value)))
            }
            Function::Substr => self.substr(arguments),
            Function::Index | Function::RIndex => {
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.scalar(argument)?);
                }
                functions::index(function, &values)
            }
            Function::Sprintf | Function::Join | Function::Reverse => {
                let mut values = Vec::new();
                for argument in arguments {
                    self.list(argument, &mut values)?;
                }
                if function == Function::Reverse && arguments.is_empty() {
                    values.push(self.topic.clone());
                }
                functions::of_list(function, values)
            }
        }
    }

    fn substr(&mut self, arguments: &[Node]) -> Native<Scalar> {
        let text = self.scalar(&arguments[0])?.into_bytes();
        let offset = self.scalar(&arguments[1])?.offset()?;
        let len = match arguments.get(2) {
            Some(len) => match self.scalar(len)? {
                Scalar::Undef => Some(0),
                len => Some(len.offset()?),
            },
            None => None,
        };
        let with = match arguments.get(3) {
            Some(with) => Some(self.scalar(with)?.into_bytes()),
            None => None,
        };
        let range = functions::part(text.len(), offset, len);
        let Some(with) = with else {
            return Ok(range.map_or(Scalar::Undef, |range| Scalar::Bytes(text[range].to_vec())));
        };
        let range = range.ok_or_else(|| Stop::Fail("substr outside of the text".into()))?;
        let taken = text[range.clone()].to_vec();
        let mut text = text;
        text.splice(range, with);
        self.assign(&arguments[0], Scalar::Bytes(text))?;
        Ok(Scalar::Bytes(taken))
    }

    /// Puts a text together.
    pub(super) fn text(&mut self, pieces: &[Piece]) -> Native<Vec<u8>> {
        let mut text = functions::Text::default();
        for piece in pieces {
            match piece {
                Piece::Text(bytes) => text.add(bytes),
                Piece::Value(node) => text.add(&self.scalar(node)?.into_bytes()),
                Piece::Elements(node) => {
                    let mut values = Vec::new();
                    self.list(node, &mut values)?;
                    text.add(&functions::join(b" ", values));
                }
                Piece::Case(letter) => text.case(*letter),
            }
        }
        Ok(text.finish())
    }
}

fn runs(when: When, condition: &Scalar) -> bool {
    condition.is_true() == (when == When::If)
}

fn wants_right(logic: Logic, left: &Scalar) -> bool {
    match logic {
        Logic::And => left.is_true(),
        Logic::Or => !left.is_true(),
        Logic::Defined => *left == Scalar::Undef,
    }
}

fn pick(values: &[Scalar], index: i64) -> Scalar {
    let len = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let index = if index < 0 { index + len } else { index };
    let index = usize::try_from(index).ok();
    index
        .and_then(|index| values.get(index))
        .cloned()
        .unwrap_or(Scalar::Undef)
}
