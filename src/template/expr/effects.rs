//! What a node does besides giving a value.
//!
//! Boundary: questions about a tree. Perl hands operands over by reference: a
//! variable that is read on the left and changed on the right has its new
//! value on both sides. Such an expression is left to perl.

use super::error::{Native, Stop};
use super::tree::{Cut, Keep, Node, Piece, Place, Regex};

/// Whether evaluating the node changes a variable.
pub(super) fn has_effect(node: &Node) -> bool {
    any(node, &|node| {
        matches!(
            node,
            Node::Assign(..)
                | Node::AssignList(..)
                | Node::Update(..)
                | Node::UpdateLogic(..)
                | Node::Step(..)
                | Node::Trim(..)
                | Node::Undefine(_)
                | Node::Substitute {
                    result: Keep::InPlace,
                    ..
                }
                | Node::Transliterate(_, _, Keep::InPlace)
        )
    })
}

/// Whether evaluating the node changes what `$1` is; `split` does not.
pub(super) fn has_match(node: &Node) -> bool {
    any(node, &|node| {
        matches!(node, Node::Match(..) | Node::Substitute { .. })
    })
}

/// Whether the node reads `$1`, `$&` and their kin.
pub(super) fn reads_match(node: &Node) -> bool {
    any(node, &|node| {
        matches!(
            node,
            Node::Var(Place::Capture(_) | Place::Before | Place::After)
        )
    })
}

/// Refuses operands of which a later one changes what an earlier one may read.
pub(super) fn no_late_effects(items: &[Node]) -> Native<()> {
    let mut fixed = true;
    for item in items {
        if !fixed && (has_effect(item) || has_match(item)) {
            return Err(Stop::perl("an effect on what stands before it"));
        }
        fixed &= matches!(item, Node::Const(_));
    }
    Ok(())
}

fn any(node: &Node, holds: &dyn Fn(&Node) -> bool) -> bool {
    let within = |node: &Node| any(node, holds);
    let pieces = |pieces: &[Piece]| {
        pieces.iter().any(|piece| match piece {
            Piece::Value(node) | Piece::Elements(node) => any(node, holds),
            Piece::Text(_) | Piece::Case(_) => false,
        })
    };
    let regex =
        |regex: &Regex| matches!(regex, Regex::Composed { pieces: parts, .. } if pieces(parts));
    holds(node)
        || match node {
            Node::Const(_) | Node::Var(_) | Node::Array(_) | Node::LastIndex(_) => false,
            Node::Text(parts) => pieces(parts),
            Node::Element(_, node)
            | Node::Slice(_, node)
            | Node::Not(node)
            | Node::Negate(node)
            | Node::Step(_, node)
            | Node::Unary(_, node)
            | Node::Trim(_, node)
            | Node::Undefine(node)
            | Node::Transliterate(node, ..) => within(node),
            Node::List(items) | Node::Call(_, items) => items.iter().any(within),
            Node::ListSlice(left, right)
            | Node::Range(left, right)
            | Node::Assign(left, right)
            | Node::AssignList(left, right)
            | Node::Update(_, left, right)
            | Node::UpdateLogic(_, left, right)
            | Node::Binary(_, left, right)
            | Node::Logic(_, left, right) => within(left) || within(right),
            Node::Choose(condition, yes, no) => within(condition) || within(yes) || within(no),
            Node::Match(target, pattern, _) => within(target) || regex(pattern),
            Node::Substitute {
                target,
                regex: pattern,
                with,
                ..
            } => within(target) || regex(pattern) || within(with),
            Node::Split(cut, value, limit) => {
                within(value)
                    || limit.as_deref().is_some_and(within)
                    || matches!(&**cut, Cut::At(pattern) if regex(pattern))
            }
        }
}
