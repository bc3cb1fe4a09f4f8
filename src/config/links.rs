//! What the stages of a pipeline have to do with each other: which run at
//! once, and how inputs go on from one to another.
//!
//! Boundary: decides by the stages alone, and makes what their plans share.

use std::sync::Arc;

use crate::exec::{Children, SpillPolicy};
use crate::output::Order;
use crate::pipeline::{Stage, StageInputs, Start};
use crate::run::Handover;

/// One stage's part in it.
pub(super) struct Link {
    /// Whether it runs together with the stage before.
    pub(super) start: Start,
    /// How many slots those have that run with it and come before it.
    pub(super) first_slot: u32,
    /// The processes of all that run at once.
    pub(super) children: Arc<Children>,
    /// Where its succeeded inputs go.
    pub(super) feeds: Vec<Arc<Handover>>,
    /// Where its inputs come from, if that is another stage.
    pub(super) reads: Option<Arc<Handover>>,
}

impl Link {
    /// Of a stage that has to do with no other one.
    pub(super) fn alone(slots: usize) -> Self {
        Self {
            start: Start::Barrier,
            first_slot: 0,
            children: Arc::new(Children::new(slots)),
            feeds: Vec::new(),
            reads: None,
        }
    }
}

/// How jobs run, as far as it matters here.
pub(super) struct Manner {
    /// In which order inputs go on.
    pub(super) order: Order,
    /// Whether all stages wait for those before: a rehearsal prints the plan
    /// in an order in which it can be carried out.
    pub(super) waits: bool,
    /// Where inputs wait.
    pub(super) spill: Arc<SpillPolicy>,
}

/// The links of stages that have so many slots each.
///
/// Stages run in order. A stage that streams joins those before it that run at
/// once if the one it reads from is among them; if a barrier stands between
/// them, what that one handed over waits.
pub(super) fn links(stages: &[Stage], slots: &[usize], manner: &Manner) -> Vec<Link> {
    let reads: Vec<Option<(usize, Arc<Handover>)>> = stages
        .iter()
        .map(|stage| {
            let StageInputs::From(from) = &stage.inputs else {
                return None;
            };
            let source = stages.iter().position(|other| other.name == *from)?;
            let handover = Handover::new(manner.order, Arc::clone(&manner.spill));
            Some((source, Arc::new(handover)))
        })
        .collect();
    // Where each run of stages at once begins.
    let mut begins: Vec<usize> = Vec::new();
    for (index, stage) in stages.iter().enumerate() {
        let begin = begins.last().copied().unwrap_or(0);
        let source = reads[index].as_ref().map(|(source, _)| *source);
        let joins = stage.start == Start::Streams
            && !manner.waits
            && source.is_some_and(|source| source >= begin);
        begins.push(if joins { begin } else { index });
    }
    let mut children = Arc::new(Children::new(0));
    let mut links = Vec::new();
    for (index, &begin) in begins.iter().enumerate() {
        if begin == index {
            let together = begins.iter().filter(|other| **other == begin).count();
            let all = slots[index..index + together].iter().sum();
            children = Arc::new(Children::new(all));
        }
        let before: usize = slots[begin..index].iter().sum();
        let fed = reads
            .iter()
            .flatten()
            .filter(|(source, _)| *source == index);
        links.push(Link {
            start: if begin == index {
                Start::Barrier
            } else {
                Start::Streams
            },
            first_slot: u32::try_from(before).unwrap_or(u32::MAX),
            children: Arc::clone(&children),
            feeds: fed.map(|(_, handover)| Arc::clone(handover)).collect(),
            reads: reads[index]
                .as_ref()
                .map(|(_, handover)| Arc::clone(handover)),
        });
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{ActionSpec, Codes, Command, Limits, OnFailure};

    fn stage(name: &str, from: Option<&str>, start: Start) -> Stage {
        Stage {
            name: name.to_owned(),
            inputs: match from {
                None => StageInputs::List(Vec::new()),
                Some(from) => StageInputs::From(from.to_owned()),
            },
            action: ActionSpec::Run {
                command: Command::Script(b"true".to_vec()),
                params: Vec::new(),
            },
            limits: Limits::default(),
            start,
            codes: Codes::Plain,
            on_failure: OnFailure::GoOn,
        }
    }

    fn linked(stages: &[Stage], waits: bool) -> Vec<(Start, u32, usize)> {
        let manner = Manner {
            order: Order::Completion,
            waits,
            spill: SpillPolicy::new(std::env::temp_dir()),
        };
        let slots: Vec<usize> = (1..=stages.len()).collect();
        let links = links(stages, &slots, &manner);
        let told = |link: &Link| (link.start, link.first_slot, link.feeds.len());
        links.iter().map(told).collect()
    }

    #[test]
    fn stages_that_stream_run_with_what_they_read() {
        use Start::{Barrier, Streams};
        let stages = [
            stage("a", None, Barrier),
            stage("b", Some("a"), Streams),
            stage("c", Some("b"), Streams),
            stage("d", Some("a"), Barrier),
            stage("e", Some("c"), Streams),
        ];
        let together = [
            (Barrier, 0, 2),
            (Streams, 1, 1),
            (Streams, 3, 1),
            (Barrier, 0, 0),
            // What it reads is over when its turn comes.
            (Barrier, 0, 0),
        ];
        assert_eq!(linked(&stages, false), together);
        assert!(
            linked(&stages, true)
                .iter()
                .all(|link| link.0 == Barrier && link.1 == 0)
        );
    }
}
