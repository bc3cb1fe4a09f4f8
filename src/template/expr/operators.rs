//! The operators between two operands, and how tightly they bind.
//!
//! Boundary: which one stands here; what becomes of it is `parse`'s.

use super::parse::Parser;
use super::tree::{Logic, Op};

/// How tightly operators bind; a greater number binds more.
pub(super) mod level {
    pub(in super::super) const LOW_OR: u8 = 1;
    pub(in super::super) const LOW_AND: u8 = 2;
    pub(in super::super) const LOW_NOT: u8 = 3;
    pub(in super::super) const ASSIGN: u8 = 5;
    pub(in super::super) const CHOOSE: u8 = 6;
    pub(in super::super) const RANGE: u8 = 7;
    pub(in super::super) const OR: u8 = 8;
    pub(in super::super) const AND: u8 = 9;
    pub(in super::super) const EQUAL: u8 = 12;
    pub(in super::super) const COMPARE: u8 = 13;
    /// The operand of `uc` and its kin.
    pub(in super::super) const UNARY: u8 = 14;
    pub(in super::super) const SUM: u8 = 16;
    pub(in super::super) const PRODUCT: u8 = 17;
    pub(in super::super) const BIND: u8 = 18;
    pub(in super::super) const SIGN: u8 = 19;
    pub(in super::super) const POWER: u8 = 20;
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Infix {
    Binary(Op),
    Logic(Logic),
    Choose,
    Range,
    Assign,
    Update(Op),
    UpdateLogic(Logic),
    Bind,
    BindNot,
}

impl Parser<'_> {
    /// The operator here, its level and its length.
    pub(super) fn infix(&self) -> Option<(Infix, u8, usize)> {
        let word = self.word();
        if !word.is_empty() {
            let (op, level) = match word {
                b"lt" => (Op::Lt, level::COMPARE),
                b"gt" => (Op::Gt, level::COMPARE),
                b"le" => (Op::Le, level::COMPARE),
                b"ge" => (Op::Ge, level::COMPARE),
                b"eq" => (Op::Eq, level::EQUAL),
                b"ne" => (Op::Ne, level::EQUAL),
                b"cmp" => (Op::Cmp, level::EQUAL),
                // `x3` is `x 3`.
                _ if word[0] == b'x' && word[1..].iter().all(u8::is_ascii_digit) => {
                    if word.len() == 1
                        && self.rest()[1..].starts_with(b"=")
                        && !self.rest()[1..].starts_with(b"==")
                    {
                        return Some((Infix::Update(Op::Repeat), level::ASSIGN, 2));
                    }
                    return Some((Infix::Binary(Op::Repeat), level::PRODUCT, 1));
                }
                _ => return None,
            };
            return Some((Infix::Binary(op), level, word.len()));
        }
        let known: [(&[u8], Infix, u8); 35] = [
            (b"**=", Infix::Update(Op::Pow), level::ASSIGN),
            (b"||=", Infix::UpdateLogic(Logic::Or), level::ASSIGN),
            (b"&&=", Infix::UpdateLogic(Logic::And), level::ASSIGN),
            (b"//=", Infix::UpdateLogic(Logic::Defined), level::ASSIGN),
            (b"<=>", Infix::Binary(Op::NumCmp), level::EQUAL),
            (b"**", Infix::Binary(Op::Pow), level::POWER),
            (b"=~", Infix::Bind, level::BIND),
            (b"!~", Infix::BindNot, level::BIND),
            (b"==", Infix::Binary(Op::NumEq), level::EQUAL),
            (b"!=", Infix::Binary(Op::NumNe), level::EQUAL),
            (b"<=", Infix::Binary(Op::NumLe), level::COMPARE),
            (b">=", Infix::Binary(Op::NumGe), level::COMPARE),
            (b"&&", Infix::Logic(Logic::And), level::AND),
            (b"||", Infix::Logic(Logic::Or), level::OR),
            (b"//", Infix::Logic(Logic::Defined), level::OR),
            (b"..", Infix::Range, level::RANGE),
            (b"+=", Infix::Update(Op::Add), level::ASSIGN),
            (b"-=", Infix::Update(Op::Sub), level::ASSIGN),
            (b"*=", Infix::Update(Op::Mul), level::ASSIGN),
            (b"/=", Infix::Update(Op::Div), level::ASSIGN),
            (b"%=", Infix::Update(Op::Rem), level::ASSIGN),
            (b".=", Infix::Update(Op::Concat), level::ASSIGN),
            (b"<", Infix::Binary(Op::NumLt), level::COMPARE),
            (b">", Infix::Binary(Op::NumGt), level::COMPARE),
            (b"+", Infix::Binary(Op::Add), level::SUM),
            (b"-", Infix::Binary(Op::Sub), level::SUM),
            (b".", Infix::Binary(Op::Concat), level::SUM),
            (b"*", Infix::Binary(Op::Mul), level::PRODUCT),
            (b"/", Infix::Binary(Op::Div), level::PRODUCT),
            (b"%", Infix::Binary(Op::Rem), level::PRODUCT),
            (b"?", Infix::Choose, level::CHOOSE),
            (b"=", Infix::Assign, level::ASSIGN),
            // Known to be others, so that none is read as a shorter one.
            (b"<<", Infix::Bind, 0),
            (b">>", Infix::Bind, 0),
            (b"...", Infix::Bind, 0),
        ];
        let rest = self.rest();
        if [b"<<".as_slice(), b">>", b"...", b"=>", b"~~"]
            .iter()
            .any(|other| rest.starts_with(other))
        {
            return None;
        }
        known
            .into_iter()
            .find(|(sign, _, level)| *level > 0 && rest.starts_with(sign))
            .map(|(sign, infix, level)| (infix, level, sign.len()))
    }
}
