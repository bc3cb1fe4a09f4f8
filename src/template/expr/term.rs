//! Terms: numbers, texts, variables, calls, matches, lists in parentheses.
//!
//! Boundary: one operand at a time; how operands are joined is `parse`.

use super::error::{Native, Stop};
use super::operators::level;
use super::parse::Parser;
use super::scalar::Scalar;
use super::tree::{Array, Cut, Function, Node, Place, Trim, Unary};

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(super) fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    /// The word that begins here; empty if none does.
    pub(super) fn word(&self) -> &'_ [u8] {
        let rest = &self.text[self.at..];
        if !rest
            .first()
            .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        {
            return b"";
        }
        let len = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_')
            .count();
        &rest[..len]
    }

    pub(super) fn blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\t'..=b'\r' => self.at += 1,
                b'#' => {
                    let line = self.rest().iter().position(|byte| *byte == b'\n');
                    self.at = line.map_or(self.text.len(), |len| self.at + len);
                }
                _ => return,
            }
        }
    }

    pub(super) fn take(&mut self, sign: &[u8]) -> bool {
        let found = self.rest().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    pub(super) fn expect(&mut self, byte: u8) -> Native<()> {
        self.blanks();
        if self.peek() != Some(byte) {
            return Err(self.unknown());
        }
        self.at += 1;
        Ok(())
    }

    pub(super) fn term(&mut self) -> Native<Node> {
        self.blanks();
        let Some(byte) = self.peek() else {
            return Err(self.unknown());
        };
        match byte {
            b'0'..=b'9' | b'.' => self.number(),
            b'$' => self.scalar(),
            b'@' => self.array(),
            b'"' | b'\'' | b'/' => self.quote_like(b""),
            b'(' => self.parentheses(),
            _ => {
                let word = self.word().to_vec();
                if word.is_empty() {
                    return Err(self.unknown());
                }
                self.named(&word)
            }
        }
    }

    fn number(&mut self) -> Native<Node> {
        let rest = self.rest();
        let len = rest
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
            .count();
        // `1..3` is a range, `1.` a number with a joining dot behind it.
        let len = rest[..len]
            .windows(2)
            .position(|pair| pair == b"..")
            .unwrap_or(len);
        let shown = &rest[..len];
        let digits = shown.split(|byte| *byte == b'.').count() <= 2
            && shown
                .iter()
                .all(|byte| byte.is_ascii_digit() || *byte == b'.')
            && shown.last() != Some(&b'.');
        let is_octal = shown.len() > 1 && shown[0] == b'0' && shown[1] != b'.';
        let (shown, len) = match exponent(rest) {
            Some(len) if !is_octal => (&rest[..len], len),
            _ if digits && !is_octal => (shown, len),
            // `3x2`, `0x1f`, `1_000`, `017`.
            _ => return Err(Stop::perl("a number in another form")),
        };
        let value = super::number::parse(shown);
        self.at += len;
        Ok(Node::Const(value))
    }

    /// The name after `$` or `@`, as it is allowed in an expression.
    fn name(&mut self) -> Native<Vec<u8>> {
        let braces = self.take(b"{");
        let word = self.word().to_vec();
        if word.is_empty() {
            return Err(self.unknown());
        }
        self.at += word.len();
        if braces && !self.take(b"}") {
            return Err(self.unknown());
        }
        if self.rest().starts_with(b"::") {
            return Err(Stop::perl("a name of a package"));
        }
        Ok(word)
    }

    fn scalar(&mut self) -> Native<Node> {
        self.at += 1;
        let rest = self.rest();
        match rest.first() {
            Some(b'$') => {
                let digits = rest[1..]
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                let group = std::str::from_utf8(&rest[1..=digits]).ok();
                let group = group.and_then(|digits| digits.parse().ok());
                let group: usize = group.ok_or_else(|| Stop::perl("$$"))?;
                self.at += 1 + digits;
                return Ok(Node::Var(Place::Group(group)));
            }
            Some(b'#') => {
                self.at += 1;
                let name = self.name()?;
                let node = Node::LastIndex(self.names.array(&name, false)?);
                self.names.check(&node)?;
                return Ok(node);
            }
            Some(b'&') => return Ok(self.special(Place::Capture(0))),
            Some(b'`') => return Ok(self.special(Place::Before)),
            Some(b'\'') => return Ok(self.special(Place::After)),
            Some(b'1'..=b'9') => {
                let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let number = std::str::from_utf8(&rest[..digits]).ok();
                let number = number.and_then(|digits| digits.parse().ok());
                let number = number.ok_or_else(|| self.unknown())?;
                self.at += digits;
                return Ok(Node::Var(Place::Capture(number)));
            }
            _ => {}
        }
        let name = self.name()?;
        self.blanks();
        match self.peek() {
            Some(b'[') => {
                let array = self.names.array(&name, false)?;
                self.at += 1;
                let index = self.expression()?;
                self.expect(b']')?;
                let node = Node::Element(array, Box::new(index));
                self.names.check(&node)?;
                return Ok(node);
            }
            Some(b'{') => return Err(Stop::perl("a hash")),
            _ => {}
        }
        if name == b"job" {
            let methods: [(&[u8], Function); 4] = [
                (b"->seq()", Function::Seq),
                (b"->slot()", Function::Slot),
                (b"->skip()", Function::Skip),
                (b"->total_jobs()", Function::TotalJobs),
            ];
            let found = methods
                .into_iter()
                .find(|(method, _)| self.rest().starts_with(method));
            let (method, function) = found.ok_or_else(|| Stop::perl("$job"))?;
            self.at += method.len();
            return Ok(Node::Call(function, Vec::new()));
        }
        self.variable(&name)
    }

    /// The variable of this name: read, unless an assignment follows.
    pub(super) fn variable(&mut self, name: &[u8]) -> Native<Node> {
        if name == b"_" {
            return Ok(Node::Var(Place::Topic));
        }
        if !name.iter().any(u8::is_ascii_lowercase) {
            // `$ENV`, `$ARGV`, `$OFS`, `$_x`: some of them are perl's own.
            return Err(Stop::perl("a variable in capitals"));
        }
        let node = Node::Var(self.names.scalar(name, false)?);
        if !self.is_assigned() {
            self.names.check(&node)?;
        }
        Ok(node)
    }

    fn is_assigned(&mut self) -> bool {
        self.blanks();
        let rest = self.rest();
        rest.first() == Some(&b'=') && !matches!(rest.get(1), Some(b'=' | b'~' | b'>'))
    }

    fn special(&mut self, place: Place) -> Node {
        self.at += 1;
        Node::Var(place)
    }

    fn array(&mut self) -> Native<Node> {
        self.at += 1;
        let name = self.name()?;
        if !name.iter().any(u8::is_ascii_lowercase) && name != b"F" {
            return Err(Stop::perl("an array in capitals"));
        }
        let array = self.names.array(&name, false)?;
        self.blanks();
        match self.peek() {
            Some(b'[') => {
                self.at += 1;
                let indices = self.expression()?;
                self.expect(b']')?;
                let node = Node::Slice(array, Box::new(indices));
                self.names.check(&node)?;
                Ok(node)
            }
            Some(b'{') => Err(Stop::perl("a hash")),
            _ => {
                let node = Node::Array(array);
                if !self.is_assigned() {
                    self.names.check(&node)?;
                }
                Ok(node)
            }
        }
    }

    fn parentheses(&mut self) -> Native<Node> {
        self.at += 1;
        self.blanks();
        let items = if self.peek() == Some(b')') {
            Vec::new()
        } else {
            match self.expression()? {
                Node::List(items) => items,
                other => vec![other],
            }
        };
        self.expect(b')')?;
        self.sliced(Node::List(items))
    }

    /// `(list)[indices]`
    fn sliced(&mut self, list: Node) -> Native<Node> {
        self.blanks();
        if self.peek() != Some(b'[') {
            return Ok(list);
        }
        self.at += 1;
        let indices = self.expression()?;
        self.expect(b']')?;
        Ok(Node::ListSlice(Box::new(list), Box::new(indices)))
    }

    fn named(&mut self, word: &[u8]) -> Native<Node> {
        if matches!(word, b"s" | b"m" | b"y" | b"tr" | b"q" | b"qq" | b"qw") {
            return self.quote_like(word);
        }
        let start = self.at;
        self.at += word.len();
        self.blanks();
        if self.rest().starts_with(b"=>") || self.rest().starts_with(b"::") {
            return Err(Stop::perl("a bare word"));
        }
        let unary = match word {
            b"uc" => Unary::Uc,
            b"lc" => Unary::Lc,
            b"ucfirst" => Unary::UcFirst,
            b"lcfirst" => Unary::LcFirst,
            b"length" => Unary::Length,
            b"abs" => Unary::Abs,
            b"int" => Unary::Int,
            b"hex" => Unary::Hex,
            b"oct" => Unary::Oct,
            b"ord" => Unary::Ord,
            b"chr" => Unary::Chr,
            b"quotemeta" => Unary::QuoteMeta,
            b"sqrt" => Unary::Sqrt,
            b"defined" => Unary::Defined,
            b"scalar" => Unary::Scalar,
            _ => return self.called(word, start),
        };
        let operand = self.unary_operand()?;
        if unary == Unary::Defined && !matches!(operand, Node::Var(_) | Node::Element(..)) {
            return Err(Stop::perl("defined of something else than a variable"));
        }
        Ok(Node::Unary(unary, Box::new(operand)))
    }

    /// What follows `uc` and its kin: in parentheses, or what binds more than a comparison; `$_` if nothing does.
    fn unary_operand(&mut self) -> Native<Node> {
        if self.peek() == Some(b'(') {
            self.at += 1;
            self.blanks();
            let operand = if self.peek() == Some(b')') {
                Node::Var(Place::Topic)
            } else {
                self.expression()?
            };
            if matches!(operand, Node::List(_)) {
                return Err(Stop::perl("several values where one is meant"));
            }
            self.expect(b')')?;
            return Ok(operand);
        }
        if self.starts_term() {
            return self.operand(level::UNARY);
        }
        // Where a term may stand, these begin one: a glob, a bare word.
        if self.peek() == Some(b'*') || self.word().starts_with(b"x") {
            return Err(self.unknown());
        }
        Ok(Node::Var(Place::Topic))
    }

    fn called(&mut self, word: &[u8], start: usize) -> Native<Node> {
        match word {
            b"my" => self.declaration(),
            b"split" => self.split(),
            b"undef" => {
                if self.starts_term() {
                    let target @ Node::Var(Place::Topic | Place::Own(_)) = self.unary_operand()?
                    else {
                        return Err(Stop::perl("undef of something else than a variable"));
                    };
                    return Ok(Node::Undefine(Box::new(target)));
                }
                Ok(Node::Const(Scalar::Undef))
            }
            b"chomp" | b"chop" => {
                let operand = self.unary_operand()?;
                if !matches!(operand, Node::Var(Place::Topic | Place::Own(_))) {
                    return Err(Stop::perl("chomp of something else than a variable"));
                }
                let trim = if word == b"chomp" {
                    Trim::Chomp
                } else {
                    Trim::Chop
                };
                Ok(Node::Trim(trim, Box::new(operand)))
            }
            b"uq" => self.bare(Function::Unquoted),
            b"skip" => self.bare(Function::Skip),
            b"seq" => self.bare(Function::Seq),
            b"slot" => self.bare(Function::Slot),
            b"total_jobs" => self.bare(Function::TotalJobs),
            b"Q" if self.peek() == Some(b'(') => self.arguments(Function::Quote, 1..=1),
            b"sprintf" => self.arguments(Function::Sprintf, 1..=usize::MAX),
            b"join" => self.arguments(Function::Join, 1..=usize::MAX),
            b"reverse" => self.arguments(Function::Reverse, 0..=usize::MAX),
            b"substr" => self.arguments(Function::Substr, 2..=4),
            b"index" => self.arguments(Function::Index, 2..=3),
            b"rindex" => self.arguments(Function::RIndex, 2..=3),
            _ => {
                self.at = start;
                Err(Stop::perl(format!("`{}`", String::from_utf8_lossy(word))))
            }
        }
    }

    /// A call without arguments.
    fn bare(&mut self, function: Function) -> Native<Node> {
        if self.take(b"(") {
            self.expect(b')')?;
        } else {
            // What follows would be its arguments.
            self.blanks();
            let ends = matches!(self.peek(), None | Some(b';' | b'}' | b')'));
            if !ends && !matches!(self.word(), b"if" | b"unless") {
                return Err(self.unknown());
            }
        }
        Ok(Node::Call(function, Vec::new()))
    }

    fn arguments(
        &mut self,
        function: Function,
        count: std::ops::RangeInclusive<usize>,
    ) -> Native<Node> {
        let parentheses = self.take(b"(");
        let mut items = Vec::new();
        while self.starts_term() {
            items.push(self.operand(level::ASSIGN)?);
            if !self.comma()? {
                break;
            }
        }
        if parentheses {
            self.expect(b')')?;
        }
        super::effects::no_late_effects(&items)?;
        // An array among the arguments of `substr` would be its length.
        let arrays = matches!(
            function,
            Function::Substr | Function::Index | Function::RIndex | Function::Quote
        );
        let is_list =
            |item: &Node| matches!(item, Node::Array(_) | Node::List(_) | Node::Slice(..));
        if !count.contains(&items.len()) || arrays && items.iter().any(is_list) {
            return Err(Stop::perl("the arguments of a function"));
        }
        if function == Function::Substr
            && items.len() == 4
            && !matches!(items[0], Node::Var(Place::Topic | Place::Own(_)))
        {
            return Err(Stop::perl(
                "substr that replaces in something else than a variable",
            ));
        }
        if matches!(function, Function::Join | Function::Sprintf)
            && items.first().is_some_and(is_list)
        {
            return Err(Stop::perl("a list as the first argument"));
        }
        Ok(Node::Call(function, items))
    }

    fn declaration(&mut self) -> Native<Node> {
        if self.take(b"(") {
            let mut items = Vec::new();
            loop {
                self.blanks();
                if self.take(b")") {
                    break;
                }
                if self.word() == b"undef" {
                    return Err(self.unknown());
                }
                items.push(self.declared()?);
                if !self.comma()? {
                    self.expect(b')')?;
                    break;
                }
            }
            return Ok(Node::List(items));
        }
        self.declared()
    }

    fn declared(&mut self) -> Native<Node> {
        self.blanks();
        let sigil = self.peek();
        self.at += 1;
        let name = self.word().to_vec();
        self.at += name.len();
        if !name.iter().any(u8::is_ascii_lowercase) && name.len() != 1
            || matches!(name.as_slice(), b"" | b"_")
        {
            return Err(Stop::perl("my of something else than a variable"));
        }
        match sigil {
            Some(b'$') if name.iter().any(u8::is_ascii_lowercase) && name != b"job" => {
                Ok(Node::Var(self.names.scalar(&name, true)?))
            }
            Some(b'@') if name != b"arg" => match self.names.array(&name, true)? {
                array @ Array::Own(_) => Ok(Node::Array(array)),
                Array::Args => Err(self.unknown()),
            },
            _ => Err(Stop::perl("my of something else than a variable")),
        }
    }

    fn split(&mut self) -> Native<Node> {
        let parentheses = self.take(b"(");
        self.blanks();
        let cut = match self.term()? {
            Node::Match(_, regex, super::tree::Extent::First) => match *regex {
                super::tree::Regex::Fixed(pattern) if pattern.is_caret() => {
                    return Err(Stop::perl("split at every line"));
                }
                regex => Cut::At(regex),
            },
            Node::Const(Scalar::Bytes(text)) if text == b" " => Cut::Awk,
            Node::Const(Scalar::Bytes(text)) if text != b"^" => Cut::At(super::tree::Regex::Fixed(
                super::pattern::Pattern::new(&text, 0)?,
            )),
            _ => return Err(Stop::perl("what split cuts at")),
        };
        let mut value = Node::Var(Place::Topic);
        let mut limit = None;
        if self.comma()? {
            value = self.operand(level::ASSIGN)?;
            if self.comma()? {
                limit = Some(Box::new(self.operand(level::ASSIGN)?));
            }
        }
        if parentheses {
            self.expect(b')')?;
        } else {
            self.blanks();
        }
        if matches!(value, Node::Array(_) | Node::List(_) | Node::Slice(..)) {
            return Err(Stop::perl("split of a list"));
        }
        Ok(Node::Split(Box::new(cut), Box::new(value), limit))
    }
}

/// The length of `1e3` or `1.5e-3` at the start of the text.
fn exponent(text: &[u8]) -> Option<usize> {
    let run = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = run(text);
    let mut at = whole;
    if text.get(at) == Some(&b'.') {
        let fraction = run(&text[at + 1..]);
        if fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    }
    if whole == 0 || !matches!(text.get(at), Some(b'e')) {
        return None;
    }
    at += 1;
    at += usize::from(matches!(text.get(at), Some(b'+' | b'-')));
    let digits = run(&text[at..]);
    let ends = !text
        .get(at + digits)
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'));
    (digits > 0 && ends).then_some(at + digits)
}
