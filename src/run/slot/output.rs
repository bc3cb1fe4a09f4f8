//! One attempt's output on its way from the executor to the conductor.
//!
//! Boundary: tags, holds back what is not due, cuts lines; what is due is the
//! sequencer's decision, heard through [`Live`].

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

use super::super::latest::Latest;
use super::super::live::Live;
use crate::exec::{Captured, Output, SpillPolicy, Stream};
use crate::output::{Chunk, Colour, Event, Grouping, Kept, LineEnd, Painter, Tagger};

/// What all attempts of a slot have in common.
pub(super) struct Way<'a> {
    pub(super) grouping: Grouping,
    pub(super) live: &'a Live,
    /// What ends a line that is tagged.
    pub(super) lines: LineEnd,
    pub(super) spill: &'a Arc<SpillPolicy>,
    pub(super) events: &'a Sender<Event>,
    /// Who is told the latest line of each job, if anybody.
    pub(super) latest: Option<&'a Latest>,
}

/// Whether an attempt's output may be passed on before the attempt has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Early {
    /// It may, when its job is live.
    WhenLive,
    /// It may not: the attempt may fail and be tried again, or no one would
    /// see a difference.
    No,
}

/// The output of one attempt of one job.
pub(super) struct SlotOutput<'a> {
    way: &'a Way<'a>,
    order: u64,
    /// The slot, by whose number the latest line is told.
    slot: u32,
    early: Early,
    tag: Option<&'a [u8]>,
    colour: Option<Colour>,
    /// The files that have the output in place of the conductor.
    kept: Option<Kept>,
    out: Side,
    err: Side,
    /// How many bytes the job wrote to standard output.
    pub(super) received: u64,
    /// For how long the conductor had no room for more.
    blocked: Duration,
}

/// One stream.
struct Side {
    /// What may be passed on as soon as the job is live.
    held: Captured,
    /// Line buffering: the beginning of a line.
    partial: Captured,
    tagger: Tagger,
    painter: Painter,
}

impl Side {
    fn new(spill: &Arc<SpillPolicy>, lines: LineEnd) -> Self {
        Self {
            held: Captured::new(spill),
            partial: Captured::new(spill),
            tagger: Tagger::new(lines),
            painter: Painter::default(),
        }
    }
}

impl<'a> SlotOutput<'a> {
    /// An attempt that has written nothing.
    pub(super) fn new(
        way: &'a Way<'a>,
        (order, slot): (u64, u32),
        early: Early,
        tag: Option<&'a [u8]>,
    ) -> Self {
        let side = || Side::new(way.spill, way.lines);
        let (out, err) = (side(), side());
        if let Some(latest) = way.latest {
            latest.begin(slot);
        }
        Self {
            way,
            order,
            slot,
            early,
            tag,
            colour: None,
            kept: None,
            out,
            err,
            received: 0,
            blocked: Duration::ZERO,
        }
    }

    /// The same, with lines in a colour.
    pub(super) fn paint(mut self, colour: Option<Colour>) -> Self {
        self.colour = colour;
        self
    }

    /// The same, with output kept in files.
    pub(super) fn keep(mut self, kept: Kept) -> Self {
        self.kept = Some(kept);
        self
    }

    /// What is kept of it so far.
    pub(super) fn kept(&mut self) -> Option<Kept> {
        self.kept.take()
    }

    /// What has not been passed on: standard output, standard error.
    pub(super) fn finish(mut self) -> (Captured, Captured) {
        for side in [&mut self.out, &mut self.err] {
            let mut end = Vec::new();
            side.painter.finish(&mut end);
            side.partial.push(&end);
        }
        // The last line is the whole of it, and another job's comes behind it.
        if self.way.grouping == Grouping::LatestLine && !self.out.partial.is_empty() {
            self.out.held.clear();
            self.out.partial.push(b"\n");
        }
        for side in [&mut self.out, &mut self.err] {
            join(&mut side.held, &mut side.partial);
        }
        (self.out.held, self.err.held)
    }

    fn is_live(&self) -> bool {
        self.early == Early::WhenLive && self.way.live.allows(self.order)
    }

    /// Whether a stream may be passed on at all before the job has ended: a
    /// group is standard output, then standard error.
    fn may_flow(&self, stream: Stream) -> bool {
        match self.way.grouping {
            Grouping::LineBuffered => true,
            Grouping::LatestLine => stream == Stream::Err,
            Grouping::Grouped | Grouping::Ungrouped => stream == Stream::Out,
        }
    }

    fn side(&mut self, stream: Stream) -> &mut Side {
        match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        }
    }

    fn hold(&mut self, stream: Stream, chunk: &[u8]) {
        let grouping = self.way.grouping;
        let side = self.side(stream);
        if matches!(grouping, Grouping::Grouped | Grouping::Ungrouped) {
            side.held.push(chunk);
            return;
        }
        let Some(last) = chunk.iter().rposition(|byte| *byte == b'\n') else {
            side.partial.push(chunk);
            return;
        };
        let (mut lines, rest) = chunk.split_at(last + 1);
        if grouping == Grouping::LatestLine && stream == Stream::Out {
            side.held.clear();
            if let Some(before) = lines[..last].iter().rposition(|byte| *byte == b'\n') {
                side.partial.clear();
                lines = &lines[before + 1..];
            }
        }
        join(&mut side.held, &mut side.partial);
        side.held.push(lines);
        side.partial.push(rest);
    }

    fn pass_on(&mut self, stream: Stream) {
        let empty = Captured::new(self.way.spill);
        let side = self.side(stream);
        if side.held.is_empty() {
            return;
        }
        let held = std::mem::replace(&mut side.held, empty);
        self.send(stream, Chunk::Captured(held));
    }

    fn send(&mut self, stream: Stream, chunk: Chunk) {
        let event = Event::Output {
            order: self.order,
            stream,
            chunk,
        };
        if let Err(TrySendError::Full(event)) = self.way.events.try_send(event) {
            let since = Instant::now();
            // The conductor outlives the slots but for a run that is being killed.
            let _ = self.way.events.blocking_send(event);
            self.blocked += since.elapsed();
        }
    }
}

impl Output for SlotOutput<'_> {
    fn take(&mut self, stream: Stream, chunk: &[u8]) {
        if stream == Stream::Out {
            self.received += chunk.len() as u64;
        }
        if let Some(kept) = &mut self.kept
            && kept.take(stream, chunk)
        {
            return;
        }
        let mut tagged = Vec::new();
        let chunk = match self.tag {
            None => chunk,
            Some(tag) => {
                self.side(stream).tagger.apply(tag, chunk, &mut tagged);
                &tagged
            }
        };
        if let (Some(latest), Stream::Out) = (self.way.latest, stream) {
            latest.add(self.slot, chunk);
        }
        let mut painted = Vec::new();
        let chunk = match self.colour.take() {
            None => chunk,
            Some(colour) => {
                let painter = &mut self.side(stream).painter;
                painter.apply(&colour, chunk, &mut painted);
                self.colour = Some(colour);
                &painted
            }
        };
        let flows = self.may_flow(stream) && self.is_live();
        if flows && self.way.grouping == Grouping::Grouped && self.side(stream).held.is_empty() {
            self.send(stream, Chunk::Bytes(chunk.to_vec()));
            return;
        }
        self.hold(stream, chunk);
        if flows {
            self.pass_on(stream);
        }
    }

    fn holds(&self) -> bool {
        self.early == Early::WhenLive
            && ((self.may_flow(Stream::Out) && !self.out.held.is_empty())
                || (self.may_flow(Stream::Err) && !self.err.held.is_empty()))
    }

    fn idle(&mut self) {
        if self.is_live() {
            for stream in [Stream::Out, Stream::Err] {
                if self.may_flow(stream) {
                    self.pass_on(stream);
                }
            }
        }
    }

    fn blocked(&self) -> Duration {
        self.blocked
    }
}

/// Moves what `from` holds to the end of `to`.
fn join(to: &mut Captured, from: &mut Captured) {
    if from.is_empty() {
        return;
    }
    let mut push = |piece: &[u8]| {
        to.push(piece);
        Ok::<(), ()>(())
    };
    if let Err(crate::exec::WriteError::Read(error)) = from.write_to(&mut push) {
        to.fail(error);
    }
    if let Some(error) = from.failure() {
        to.fail(error.clone());
    }
    from.clear();
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::{Receiver, channel};

    type Piece = (Stream, Vec<u8>);

    fn run(
        grouping: Grouping,
        live: &Live,
        write: &[(Stream, &[u8])],
    ) -> (Vec<Piece>, [Vec<u8>; 2]) {
        let spill = SpillPolicy::new(std::env::temp_dir());
        let (events, mut sent): (_, Receiver<Event>) = channel(100);
        let way = Way {
            grouping,
            live,
            lines: LineEnd::Newline,
            spill: &spill,
            events: &events,
            latest: None,
        };
        let mut output = SlotOutput::new(&way, (1, 1), Early::WhenLive, None);
        for (stream, chunk) in write {
            output.take(*stream, chunk);
        }
        let (out, err) = output.finish();
        let mut pieces = Vec::new();
        while let Ok(event) = sent.try_recv() {
            if let Event::Output { stream, chunk, .. } = event {
                let bytes = match chunk {
                    Chunk::Bytes(bytes) => bytes,
                    Chunk::Captured(captured) => bytes_of(&captured),
                };
                pieces.push((stream, bytes));
            }
        }
        (pieces, [bytes_of(&out), bytes_of(&err)])
    }

    fn bytes_of(captured: &Captured) -> Vec<u8> {
        let mut all = Vec::new();
        let mut push = |piece: &[u8]| {
            all.extend_from_slice(piece);
            Ok::<(), ()>(())
        };
        captured.write_to(&mut push).unwrap();
        all
    }

    const WRITES: [(Stream, &[u8]); 3] = [
        (Stream::Out, b"one\ntw"),
        (Stream::Err, b"bad\n"),
        (Stream::Out, b"o\nthree"),
    ];

    #[test]
    fn a_job_that_is_not_live_holds_everything() {
        let (pieces, rest) = run(Grouping::Grouped, &Live::none(), &WRITES);
        assert!(pieces.is_empty());
        assert_eq!(rest, [b"one\ntwo\nthree".to_vec(), b"bad\n".to_vec()]);
    }

    #[test]
    fn a_live_group_passes_on_standard_output_only() {
        let (pieces, rest) = run(Grouping::Grouped, &Live::all(), &WRITES);
        assert_eq!(
            pieces,
            [
                (Stream::Out, b"one\ntw".to_vec()),
                (Stream::Out, b"o\nthree".to_vec())
            ]
        );
        assert_eq!(rest, [b"".to_vec(), b"bad\n".to_vec()]);
    }

    #[test]
    fn of_the_latest_line_there_is_one_and_it_comes_last() {
        let latest = |writes: &[(Stream, &[u8])]| run(Grouping::LatestLine, &Live::all(), writes);
        let (pieces, rest) = latest(&WRITES);
        assert_eq!(pieces, [(Stream::Err, b"bad\n".to_vec())]);
        assert_eq!(rest, [b"three\n".to_vec(), b"".to_vec()]);
        let (_, rest) = latest(&[(Stream::Out, b"one\ntw"), (Stream::Out, b"o\n")]);
        assert_eq!(rest[0], b"two\n");
        let (_, rest) = latest(&[(Stream::Out, b"begun"), (Stream::Out, b"\ntwo\nthree\n")]);
        assert_eq!(rest[0], b"three\n");
        let (_, rest) = latest(&[(Stream::Out, b"one\n\n")]);
        assert_eq!(rest[0], b"\n");
    }

    #[test]
    fn line_buffering_passes_on_whole_lines() {
        let (pieces, rest) = run(Grouping::LineBuffered, &Live::all(), &WRITES);
        assert_eq!(
            pieces,
            [
                (Stream::Out, b"one\n".to_vec()),
                (Stream::Err, b"bad\n".to_vec()),
                (Stream::Out, b"two\n".to_vec())
            ]
        );
        assert_eq!(rest, [b"three".to_vec(), b"".to_vec()]);
    }
}
