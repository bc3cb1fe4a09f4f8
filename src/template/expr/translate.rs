//! A pattern of Perl, written for the regex crates.
//!
//! Boundary: text to text. Every construct is taken apart and written anew, so
//! nothing that the two read differently slips through: what is not known to
//! mean the same is left to perl. A byte is the character of that number.

use std::fmt::Write;

use super::class::Set;
use super::error::{Native, Stop};
use super::escape;

/// The letters after a pattern that say how it is read.
pub(super) const ANY_CASE: u8 = 1;
pub(super) const LINES: u8 = 2;
pub(super) const DOT_ALL: u8 = 4;
pub(super) const EXTENDED: u8 = 8;

/// A translated pattern.
#[derive(Clone, Debug)]
pub(super) struct Translated {
    /// For texts that do not end with a newline.
    pub(super) plain: String,
    /// For those that do, where it differs: `$` stands before that newline as well.
    pub(super) newline: Option<String>,
    /// Whether the first way to match at a place may be empty and another not.
    pub(super) has_choice: bool,
}

/// What `$` is written as until the two forms part: no pattern holds it otherwise.
const END: &str = "\u{e000}";

/// A group that is open.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four facts, in any combination"
)]
struct Group {
    flags: u8,
    /// Every alternative so far takes at least a byte.
    takes: bool,
    branch_takes: bool,
    captures: bool,
    /// Look-around takes nothing, whatever is in it.
    looks: bool,
}

struct Translator<'a> {
    text: &'a [u8],
    at: usize,
    out: String,
    groups: Vec<Group>,
    /// Whether the last item takes a byte, and whether it captures.
    last: Option<(bool, bool)>,
    names: Vec<(Vec<u8>, usize)>,
    count: usize,
    has_choice: bool,
}

/// Writes `text` for the regex crates.
pub(super) fn translate(text: &[u8], flags: u8) -> Native<Translated> {
    let mut translator = Translator {
        text,
        at: 0,
        out: String::new(),
        groups: vec![Group {
            flags,
            takes: true,
            branch_takes: false,
            captures: false,
            looks: false,
        }],
        last: None,
        names: Vec::new(),
        count: 0,
        has_choice: false,
    };
    while translator.at < text.len() {
        translator.item()?;
    }
    if translator.groups.len() != 1 {
        return Err(Stop::perl("a group without its end"));
    }
    let out = translator.out;
    Ok(Translated {
        newline: out.contains(END).then(|| out.replace(END, "(?=\\n?\\z)")),
        plain: out.replace(END, "\\z"),
        has_choice: translator.has_choice,
    })
}

impl Translator<'_> {
    fn has(&self, flag: u8) -> bool {
        self.groups
            .last()
            .is_some_and(|group| group.flags & flag != 0)
    }

    fn item(&mut self) -> Native<()> {
        let byte = self.text[self.at];
        match byte {
            b'(' => return self.open(),
            b')' => return self.close(),
            b'|' => {
                self.settle();
                if let Some(group) = self.groups.last_mut() {
                    group.takes &= group.branch_takes;
                    group.branch_takes = false;
                }
                self.has_choice = true;
                self.out.push('|');
                self.at += 1;
            }
            b'*' | b'+' | b'?' => return self.repeat(),
            b'{' if self.is_count() => return self.repeat(),
            // A count since perl 5.34, braces before.
            b'{' if self.text[self.at + 1..].starts_with(b",") => {
                return Err(Stop::perl("{,N} in a pattern"));
            }
            b'[' => {
                let (set, len) = Set::parse(&self.text[self.at + 1..], self.has(ANY_CASE))?;
                self.at += 1 + len;
                self.set(&set)?;
            }
            b'.' => {
                self.at += 1;
                let all = self.has(DOT_ALL);
                self.set(&if all { Set::all() } else { Set::not_newline() })?;
            }
            b'^' => {
                self.at += 1;
                let lines = self.has(LINES);
                self.assertion(if lines {
                    "(?:\\A|(?<=\\n)(?!\\z))"
                } else {
                    "\\A"
                });
            }
            b'$' => {
                self.at += 1;
                let lines = self.has(LINES);
                self.assertion(if lines { "(?=\\n|\\z)" } else { END });
            }
            b'\\' => return self.escape(),
            b' ' | b'\t'..=b'\r' if self.has(EXTENDED) => self.at += 1,
            b'#' if self.has(EXTENDED) => {
                let rest = &self.text[self.at..];
                let line = rest.iter().position(|byte| *byte == b'\n');
                self.at += line.unwrap_or(rest.len());
            }
            byte => {
                self.at += 1;
                self.literal(byte)?;
            }
        }
        Ok(())
    }

    /// What stands before is complete: no quantifier follows it any more.
    fn settle(&mut self) {
        if let (Some((takes, captures)), Some(group)) = (self.last.take(), self.groups.last_mut()) {
            group.branch_takes |= takes;
            group.captures |= captures;
        }
    }

    fn literal(&mut self, byte: u8) -> Native<()> {
        let mut set = Set::single(byte);
        if self.has(ANY_CASE) && byte.is_ascii_alphabetic() {
            set.any_case();
            return self.set(&set);
        }
        self.settle();
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'/' {
            self.out.push(char::from(byte));
        } else {
            set.write(&mut self.out)?;
        }
        self.last = Some((true, false));
        Ok(())
    }

    fn set(&mut self, set: &Set) -> Native<()> {
        self.settle();
        set.write(&mut self.out)?;
        self.last = Some((true, false));
        Ok(())
    }

    fn assertion(&mut self, text: &str) {
        self.settle();
        self.out.push_str(text);
        // `^*` is nothing anyone means.
        self.last = None;
    }

    fn escape(&mut self) -> Native<()> {
        let rest = &self.text[self.at..];
        let letter = *rest
            .get(1)
            .ok_or_else(|| Stop::perl("a backslash at the end"))?;
        if let Some(set) = Set::shorthand(letter) {
            self.at += 2;
            return self.set(&set);
        }
        let word = "[\\x{30}-\\x{39}\\x{41}-\\x{5a}_\\x{61}-\\x{7a}]";
        match letter {
            b'b' | b'B' => {
                if rest.get(2) == Some(&b'{') {
                    return Err(Stop::perl("\\b{..}"));
                }
                self.at += 2;
                let (yes, no) = if letter == b'b' {
                    ("!", "=")
                } else {
                    ("=", "!")
                };
                self.assertion(&format!(
                    "(?:(?<={word})(?{yes}{word})|(?<!{word})(?{no}{word}))"
                ));
            }
            b'A' => {
                self.at += 2;
                self.assertion("\\A");
            }
            b'z' => {
                self.at += 2;
                self.assertion("\\z");
            }
            b'Z' => {
                self.at += 2;
                self.assertion(END);
            }
            b'1'..=b'9' => {
                let number = usize::from(letter - b'0');
                if rest.get(2).is_some_and(u8::is_ascii_digit) || number > self.count {
                    return Err(Stop::perl("a number after a backslash"));
                }
                self.back(number, 2)?;
            }
            b'g' | b'k' => {
                let (number, len) = self.reference(rest)?;
                self.back(number, len)?;
            }
            _ => {
                let (byte, len) = escape::byte(rest)
                    .ok_or_else(|| Stop::perl(format!("\\{} in a pattern", char::from(letter))))?;
                self.at += len;
                self.literal(byte)?;
            }
        }
        Ok(())
    }

    /// `\g1`, `\g{1}`, `\g{name}`, `\k<name>`: the group's number.
    fn reference(&self, text: &[u8]) -> Native<(usize, usize)> {
        let unknown = || Stop::perl("a reference to a group");
        let close = match text.get(2) {
            Some(b'{') => b'}',
            Some(b'<') if text[1] == b'k' => b'>',
            Some(digit @ b'1'..=b'9') if !text.get(3).is_some_and(u8::is_ascii_digit) => {
                return Ok((usize::from(digit - b'0'), 3));
            }
            _ => return Err(unknown()),
        };
        let end = text
            .iter()
            .position(|byte| *byte == close)
            .ok_or_else(unknown)?;
        let name = &text[3..end];
        let by_name = self.names.iter().find(|(known, _)| known == name);
        let number = match by_name {
            Some((_, number)) => *number,
            None => std::str::from_utf8(name)
                .ok()
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(unknown)?,
        };
        if number == 0 || number > self.count {
            return Err(unknown());
        }
        Ok((number, end + 1))
    }

    fn back(&mut self, number: usize, len: usize) -> Native<()> {
        if self.has(ANY_CASE) {
            return Err(Stop::perl("a reference to a group without regard to case"));
        }
        self.settle();
        self.at += len;
        let _infallible = write!(self.out, "(?:\\{number})");
        self.last = Some((false, false));
        Ok(())
    }

    fn open(&mut self) -> Native<()> {
        self.settle();
        let rest = &self.text[self.at + 1..];
        if rest.first() == Some(&b'*') {
            return Err(Stop::perl("(*..) in a pattern"));
        }
        let mut flags = self.groups.last().map_or(0, |group| group.flags);
        let (written, len, captures, looks) = if rest.first() == Some(&b'?') {
            let known: [(&[u8], bool); 6] = [
                (b"?:", false),
                (b"?=", true),
                (b"?!", true),
                (b"?<=", true),
                (b"?<!", true),
                (b"?>", false),
            ];
            if let Some((form, looks)) = known.into_iter().find(|(form, _)| rest.starts_with(form))
            {
                let text = String::from_utf8_lossy(form);
                (format!("({text}"), form.len(), false, looks)
            } else if let Some(name) = name(rest) {
                self.count += 1;
                self.names.push((name.to_vec(), self.count));
                let prefix = if rest.starts_with(b"?P") { 3 } else { 2 };
                ("(".to_owned(), prefix + name.len() + 1, true, false)
            } else {
                let (changed, len, scoped) = inline_flags(rest, flags)?;
                if !scoped {
                    if let Some(group) = self.groups.last_mut() {
                        group.flags = changed;
                    }
                    self.at += 1 + len;
                    return Ok(());
                }
                flags = changed;
                ("(?:".to_owned(), len, false, false)
            }
        } else {
            self.count += 1;
            ("(".to_owned(), 0, true, false)
        };
        self.out.push_str(&written);
        self.at += 1 + len;
        self.groups.push(Group {
            flags,
            takes: true,
            branch_takes: false,
            captures,
            looks,
        });
        Ok(())
    }

    fn close(&mut self) -> Native<()> {
        self.settle();
        let group = self.groups.pop().filter(|_| !self.groups.is_empty());
        let group = group.ok_or_else(|| Stop::perl("a group that nothing opened"))?;
        self.out.push(')');
        self.at += 1;
        let takes = group.takes && group.branch_takes && !group.looks;
        self.last = Some((takes, group.captures));
        Ok(())
    }

    /// Whether `{` begins a count; else it is a brace.
    fn is_count(&self) -> bool {
        let inner = &self.text[self.at + 1..];
        let Some(end) = inner.iter().position(|byte| *byte == b'}') else {
            return false;
        };
        let mut parts = inner[..end].splitn(2, |byte| *byte == b',');
        let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
        parts
            .next()
            .is_some_and(|part| !part.is_empty() && digits(part))
            && parts.next().is_none_or(digits)
    }

    fn repeat(&mut self) -> Native<()> {
        let (takes, captures) = self
            .last
            .take()
            .ok_or_else(|| Stop::perl("a quantifier that follows nothing"))?;
        let rest = &self.text[self.at..];
        let end = if rest[0] == b'{' {
            rest.iter()
                .position(|byte| *byte == b'}')
                .map_or(1, |end| end + 1)
        } else {
            1
        };
        let form = String::from_utf8_lossy(&rest[..end]).into_owned();
        // What a group holds after a round that took nothing is told differently.
        if captures && !takes {
            return Err(Stop::perl("a repeated group that can match nothing"));
        }
        let most = form
            .trim_matches(['{', '}'])
            .rsplit(',')
            .next()
            .unwrap_or("");
        if most.parse::<u32>().is_ok_and(|most| most > 1000) {
            return Err(Stop::perl("a count beyond 1000"));
        }
        let may_skip = matches!(rest[0], b'*' | b'?')
            || form
                .trim_start_matches('{')
                .trim_start_matches('0')
                .starts_with([',', '}']);
        self.out.push_str(&form);
        self.at += end;
        if let Some(suffix @ (b'?' | b'+')) = self.text.get(self.at) {
            self.has_choice |= *suffix == b'?';
            self.out.push(char::from(*suffix));
            self.at += 1;
        }
        if let Some(group) = self.groups.last_mut() {
            group.branch_takes |= takes && !may_skip;
            group.captures |= captures;
        }
        // A quantifier of a quantifier is an error; blanks before one are perl's to judge.
        match self.text.get(self.at) {
            Some(b'*' | b'+' | b'?') => Err(Stop::perl("a quantifier after a quantifier")),
            Some(b'{') if self.is_count() => Err(Stop::perl("a quantifier after a quantifier")),
            _ => Ok(()),
        }
    }
}

/// The name of `(?<name>` or `(?P<name>`.
fn name(text: &[u8]) -> Option<&[u8]> {
    let rest = text
        .strip_prefix(b"?<")
        .or_else(|| text.strip_prefix(b"?P<"))?;
    let end = rest.iter().position(|byte| *byte == b'>')?;
    let name = &rest[..end];
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    (!name.is_empty() && !name[0].is_ascii_digit() && name.iter().all(word)).then_some(name)
}

/// `?i)`, `?s-x:`: the flags then, the length, and whether a group begins.
fn inline_flags(text: &[u8], mut flags: u8) -> Native<(u8, usize, bool)> {
    let mut on = true;
    for (index, byte) in text.iter().enumerate().skip(1) {
        let flag = match byte {
            b'i' => ANY_CASE,
            b'm' => LINES,
            b's' => DOT_ALL,
            b'x' => EXTENDED,
            b'-' if on => {
                on = false;
                continue;
            }
            b':' => return Ok((flags, index + 1, true)),
            b')' => return Ok((flags, index + 1, false)),
            _ => break,
        };
        flags = if on { flags | flag } else { flags & !flag };
    }
    Err(Stop::perl("(?..) in a pattern"))
}
