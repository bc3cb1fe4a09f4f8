//! What a value can be assigned to, and what `=~` works on.
//!
//! Boundary: questions about nodes that `parse` has made.

use super::error::{Native, Stop};
use super::tree::{Array, Extent, Keep, Node, Piece, Place, Regex};

/// What `(my $x = $_) =~ ..` works on is `$x`.
pub(super) fn target_of(node: &Node) -> &Node {
    match node {
        Node::List(items) if items.len() == 1 => target_of(&items[0]),
        Node::Assign(inner, _) => inner,
        other => other,
    }
}

fn is_topic(node: &Node) -> bool {
    matches!(node, Node::Var(Place::Topic))
}

/// Whether an assignment to the node is one of a list.
pub(super) fn is_list_target(node: &Node) -> bool {
    matches!(node, Node::List(_) | Node::Array(_))
}

/// Refuses what no value can be given to.
pub(super) fn assignable(target: &Node, is_list: bool) -> Native<()> {
    let fits = match target {
        Node::Var(Place::Topic | Place::Own(_)) | Node::Element(Array::Own(_), _) => true,
        Node::Array(Array::Own(_)) => is_list,
        Node::List(items) => is_list && items.iter().all(|item| assignable(item, true).is_ok()),
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(Stop::perl(
            "an assignment to something else than a variable",
        ))
    }
}

/// Refuses a target that cannot be written, where it would be.
fn changed(target: &Node, result: Keep) -> Native<()> {
    match result {
        Keep::InPlace => assignable(target_of(target), false),
        Keep::Returned => Ok(()),
    }
}

/// `left =~ right`
pub(super) fn bind(left: Node, right: Node) -> Native<Node> {
    let target = Box::new(left);
    match right {
        Node::Match(topic, regex, extent) if is_topic(&topic) => {
            Ok(Node::Match(target, regex, extent))
        }
        Node::Substitute {
            target: topic,
            regex,
            with,
            extent,
            result,
        } if is_topic(&topic) => {
            changed(&target, result)?;
            Ok(Node::Substitute {
                target,
                regex,
                with,
                extent,
                result,
            })
        }
        Node::Transliterate(topic, table, result) if is_topic(&topic) => {
            let result = if table.changes() {
                result
            } else {
                Keep::Returned
            };
            changed(&target, result)?;
            Ok(Node::Transliterate(target, table, result))
        }
        Node::Var(_) | Node::Text(_) => {
            let pieces = vec![Piece::Value(right)];
            let regex = Regex::Composed { pieces, flags: 0 };
            let extent = Extent::First;
            Ok(Node::Match(target, Box::new(regex), extent))
        }
        _ => Err(Stop::perl("what is on the right of =~")),
    }
}
