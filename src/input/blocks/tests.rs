//! Cutting as a whole: the blocks together are the input, and no record is cut.

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::{
    Block, BlockSize, BlocksSpec, Body, Cutter, FirstLine, FirstRecord, HeaderSpec, Intake, Lanes,
    LeftOut, Ranges, Reading, RecordsSpec, Separators, Taken,
};
use crate::input::Origin;

/// A stream that comes in pieces of these sizes, in turn.
struct Pieces {
    data: Vec<u8>,
    at: usize,
    sizes: Vec<usize>,
    turn: usize,
}

impl Intake for Pieces {
    fn read(&mut self, into: &mut Vec<u8>, _wait: Option<Duration>) -> io::Result<Taken> {
        let room = into.capacity() - into.len();
        assert!(room > 0, "a read without room looks like the end");
        let left = &self.data[self.at..];
        let size = self.sizes[self.turn % self.sizes.len()];
        let piece = &left[..size.min(left.len()).min(room)];
        self.turn += 1;
        self.at += piece.len();
        into.extend_from_slice(piece);
        Ok(if piece.is_empty() {
            Taken::End
        } else {
            Taken::Some
        })
    }
}

fn spec(size: u64, records: RecordsSpec) -> BlocksSpec {
    BlocksSpec {
        size: BlockSize::Bytes(size),
        records,
        header: HeaderSpec::None,
        separators: Separators::Keep,
        first_line: FirstLine::Taken,
        left_out: LeftOut::None,
    }
}

fn texts(start: Option<&str>, end: Option<&str>) -> RecordsSpec {
    RecordsSpec {
        start: start.map(|text| text.as_bytes().to_vec()),
        end: end.map(|text| text.as_bytes().to_vec()),
        ..RecordsSpec::default()
    }
}

fn bytes(block: &Block) -> Vec<u8> {
    use std::os::unix::fs::FileExt;
    match &block.body {
        Body::Bytes(bytes) => bytes.clone(),
        Body::Part(part) => {
            let mut bytes = vec![0; usize::try_from(part.len).unwrap()];
            part.file.read_exact_at(&mut bytes, part.offset).unwrap();
            bytes
        }
    }
}

/// The blocks of `data` that comes in such pieces, and whether they grew.
fn streamed(spec: &BlocksSpec, data: &[u8], sizes: &[usize]) -> (Vec<Vec<u8>>, bool) {
    let intake = Pieces {
        data: data.to_vec(),
        at: 0,
        sizes: sizes.to_vec(),
        turn: 0,
    };
    let mut cutter = Cutter::new(intake, Origin::Stdin, spec, None, 2).unwrap();
    let (mut blocks, mut grown) = (Vec::new(), false);
    while let Some(block) = cutter.next_block().unwrap() {
        blocks.push(bytes(&block));
        grown |= cutter.grown().is_some();
    }
    (blocks, grown)
}

fn file(data: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(data).unwrap();
    file
}

fn ranged(mut ranges: Ranges) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    while let Some(block) = ranges.next_block().unwrap() {
        blocks.push(bytes(&block));
    }
    blocks
}

/// Whether records end at `at`, by the definition.
fn is_edge(records: &RecordsSpec, data: &[u8], at: usize) -> bool {
    let newline = b"\n".to_vec();
    let (start, end) = match (&records.start, &records.end) {
        (None, None) => (Vec::new(), newline),
        (start, end) => (
            start.clone().unwrap_or_default(),
            end.clone().unwrap_or_default(),
        ),
    };
    data[..at].ends_with(&end) && data[at..].starts_with(&start)
}

fn any_records() -> impl Strategy<Value = RecordsSpec> {
    prop_oneof![
        Just(texts(None, None)),
        Just(texts(Some(">"), None)),
        Just(texts(None, Some("--"))),
        Just(texts(Some(">"), Some("\n"))),
        Just(texts(None, Some(""))),
        Just(texts(Some("a-"), Some(">a"))),
    ]
}

fn any_data() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(
        prop_oneof![Just(b'\n'), Just(b'>'), Just(b'-'), Just(b'a')],
        0..200,
    )
}

fn any_sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1..40_usize, 1..6)
}

proptest! {
    /// Sized blocks: all of the input, cut at edges, and as large as they may be.
    #[test]
    fn no_record_is_cut(
        records in any_records(),
        data in any_data(),
        sizes in any_sizes(),
        size in 1..60_u64,
    ) {
        let (blocks, grown) = streamed(&spec(size, records.clone()), &data, &sizes);
        prop_assert_eq!(blocks.concat(), data.clone());
        let mut at = 0;
        for block in &blocks {
            prop_assert!(!block.is_empty());
            prop_assert!(grown || block.len() as u64 <= size);
            at += block.len();
            prop_assert!(at == data.len() || is_edge(&records, &data, at), "at {}", at);
        }
    }

    /// A file is cut as the stream of its data is.
    #[test]
    fn ranges_are_where_a_stream_is_cut(
        records in any_records(),
        data in any_data(),
        size in 1..60_u64,
        lines in 0..3_usize,
    ) {
        let mut spec = spec(size, records);
        spec.header = HeaderSpec::Lines(lines);
        let (streamed, _) = streamed(&spec, &data, &[1000]);
        let ranges = Ranges::stream(file(&data), Origin::Stdin, 0, &spec).unwrap();
        prop_assert_eq!(ranged(ranges), streamed);
    }

    /// `--pipepart`: all of the file, cut at edges, no more blocks than asked for.
    #[test]
    fn parts_are_the_file(
        records in any_records(),
        data in any_data(),
        blocks_a_slot in 1..5_u64,
        size in 1..60_u64,
    ) {
        for size in [BlockSize::PerSlot(blocks_a_slot), BlockSize::Bytes(size), BlockSize::Usual] {
            let mut spec = spec(1, records.clone());
            spec.size = size;
            let ranges = Ranges::parts(file(&data), Origin::Stdin, &spec, 3).unwrap();
            let blocks = ranged(ranges);
            prop_assert_eq!(blocks.concat(), data.clone());
            let most = match size {
                BlockSize::PerSlot(blocks) => 3 * blocks,
                BlockSize::Usual => 30,
                BlockSize::Bytes(size) => (data.len() as u64).div_ceil(size),
            };
            prop_assert!(blocks.len() as u64 <= most);
            let mut at = 0;
            for block in &blocks {
                at += block.len();
                prop_assert!(at == data.len() || is_edge(&records, &data, at), "at {}", at);
            }
        }
    }

    /// `-N` and `-L`: every block but the last has so many records.
    #[test]
    fn counted_blocks_have_their_records(
        data in any_data(),
        sizes in any_sizes(),
        per_job in 1..4_usize,
        lines in 1..4_usize,
    ) {
        let mut spec = spec(7, texts(None, None));
        spec.records.per_job = Some(per_job);
        spec.records.lines = Some(lines);
        let (blocks, _) = streamed(&spec, &data, &sizes);
        let records: Vec<&[u8]> = data.split_inclusive(|byte| *byte == b'\n').collect();
        let expected: Vec<Vec<u8>> = records.chunks(per_job * lines).map(<[_]>::concat).collect();
        prop_assert_eq!(blocks, expected);
    }

    /// `-L` alone: blocks by size, each of a multiple of so many lines.
    #[test]
    fn groups_of_lines_stay_together(
        data in any_data(),
        sizes in any_sizes(),
        lines in 1..4_usize,
    ) {
        let mut spec = spec(20, texts(None, None));
        spec.records.lines = Some(lines);
        let (blocks, _) = streamed(&spec, &data, &sizes);
        prop_assert_eq!(blocks.concat(), data);
        for (at, block) in blocks.iter().enumerate() {
            let ends = memchr::memchr_iter(b'\n', block).count();
            let is_whole = block.ends_with(b"\n") && ends.is_multiple_of(lines);
            // What is left at the end is by itself.
            let is_last = at + 1 == blocks.len();
            prop_assert!(is_whole || is_last && (lines == 1 || ends < lines));
        }
    }

    /// What a pattern matches does not depend on how the data came.
    #[test]
    fn patterns_do_not_see_the_pieces(data in any_data(), sizes in any_sizes()) {
        let mut records = texts(None, Some("(-+|\n\n)"));
        records.reading = Reading::Pattern;
        records.per_job = Some(1);
        let spec = spec(7, records);
        let (whole, _) = streamed(&spec, &data, &[1000]);
        let (pieces, _) = streamed(&spec, &data, &sizes);
        prop_assert_eq!(pieces, whole);
    }
}

#[test]
fn a_record_that_does_not_fit_makes_blocks_grow_and_stay_large() {
    let data = [&[b'a'; 24][..], b"\nb\nc\nd\ne\nf\ng\nh\ni\nj\n"].concat();
    let (blocks, grown) = streamed(&spec(10, texts(None, None)), &data, &[3]);
    assert!(grown);
    // 10, 14, 20, 27: what fits behind the long one comes with it.
    assert_eq!(blocks, [&data[..27], &data[27..]]);
}

#[test]
fn an_empty_record_goes_with_the_next_where_gnu_parallel_has_it_so() {
    let blocks = |data: &[u8], per_job: usize, first| {
        let mut spec = spec(100, texts(None, Some(";")));
        spec.records.per_job = Some(per_job);
        spec.records.first = first;
        let (blocks, _) = streamed(&spec, data, &[1]);
        String::from_utf8(blocks.join(&b'|')).unwrap()
    };
    let something = FirstRecord::HasSomething;
    assert_eq!(blocks(b";a;;b;", 1, something), ";a;|;b;");
    assert_eq!(blocks(b"a;;;b;", 2, something), "a;;|;b;");
    assert_eq!(blocks(b"a;b;;", 1, something), "a;|b;|;");
    assert_eq!(blocks(b";a;;b;", 1, FirstRecord::MayBeEmpty), ";|a;|;|b;");
}

#[test]
fn the_first_line_is_skipped_before_the_header() {
    let mut spec = spec(2, texts(None, None));
    spec.first_line = FirstLine::Skipped;
    spec.header = HeaderSpec::Lines(1);
    let data = b"x\nh\n1\n2\n";
    let ranges = Ranges::stream(file(data), Origin::Stdin, 0, &spec);
    let first = ranges.unwrap().next_block().unwrap().unwrap();
    assert_eq!(
        (&*first.header, bytes(&first)),
        (&b"h\n"[..], b"1\n".to_vec())
    );
    assert_eq!(streamed(&spec, data, &[1]).0, [b"1\n", b"2\n"]);
    assert!(streamed(&spec, b"x", &[1]).0.is_empty());
}

#[test]
fn data_of_just_the_size_needs_no_more() {
    let (blocks, grown) = streamed(&spec(3, texts(None, None)), b"abc", &[1]);
    assert!(!grown);
    assert_eq!(blocks, [b"abc"]);
}

#[test]
fn the_header_is_before_each_block_and_not_in_any() {
    let mut spec = spec(2, texts(None, None));
    spec.header = HeaderSpec::Lines(1);
    let ranges = Ranges::stream(file(b"head\n1\n2\n"), Origin::Stdin, 0, &spec);
    let mut ranges = ranges.unwrap();
    let block = ranges.next_block().unwrap().unwrap();
    assert_eq!(&*block.header, b"head\n");
    assert_eq!(block.len(), 7);
    assert_eq!(streamed(&spec, b"head\n1\n2\n", &[1]).0, [b"1\n", b"2\n"]);
    assert!(streamed(&spec, b"head\n", &[1]).0.is_empty());
    assert!(streamed(&spec, b"head", &[1]).0.is_empty());
}

#[test]
fn a_file_that_grows_is_read_on_as_a_stream_would_be() {
    let file = file(b"1\n2\n");
    let mut more = file.try_clone().unwrap();
    let ranges = Ranges::stream(file, Origin::Stdin, 0, &spec(100, texts(None, None)));
    let mut ranges = ranges.unwrap();
    assert_eq!(bytes(&ranges.next_block().unwrap().unwrap()), b"1\n2\n");
    more.write_all(b"3\n").unwrap();
    assert_eq!(bytes(&ranges.next_block().unwrap().unwrap()), b"3\n");
    assert!(ranges.next_block().unwrap().is_none());
}

#[test]
fn blocks_go_to_who_reads_and_to_nobody_that_has_gone() {
    let block = || {
        let mut spec = spec(100, texts(None, None));
        spec.records.per_job = Some(1);
        let ranges = Ranges::stream(file(b"1\n"), Origin::Stdin, 0, &spec).unwrap();
        let mut ranges = ranges;
        Arc::new(ranges.next_block().unwrap().unwrap())
    };
    let (lanes, mut jobs) = Lanes::new(2);
    let (leaves, reader) = (jobs.remove(0), jobs.remove(0));
    let (first, second, third) = (block(), block(), block());
    for block in [&first, &second, &third] {
        assert!(lanes.to_any(Arc::clone(block)).is_ok());
    }
    let took = |block: &Arc<Block>| reader.take().is_some_and(|took| Arc::ptr_eq(&took, block));
    assert!(took(&second), "lanes take turns");
    // What waits for one that leaves is for the others.
    drop(leaves);
    assert!(took(&first) && took(&third));
    lanes.to_one(0, block());
    assert!(lanes.to_all(&first).is_ok());
    assert!(took(&first));
    lanes.close();
    assert!(reader.take().is_none());
    let held = block();
    lanes.first(1, Arc::clone(&held));
    drop(reader);
    assert_eq!(
        Arc::strong_count(&held),
        1,
        "nobody holds what nobody reads"
    );
    assert!(lanes.to_any(block()).is_err());
    assert!(lanes.to_all(&block()).is_err());
}

#[test]
fn who_does_not_read_is_passed_over() {
    let large = || {
        let spec = spec(1 << 20, texts(None, None));
        let mut ranges = Ranges::stream(file(&vec![b'x'; 100_000]), Origin::Stdin, 0, &spec);
        let ranges = ranges.as_mut().unwrap();
        Arc::new(ranges.next_block().unwrap().unwrap())
    };
    let (lanes, mut jobs) = Lanes::new(2);
    let (slow, reader) = (jobs.remove(0), jobs.remove(0));
    for _ in 0..2 {
        assert!(lanes.to_any(large()).is_ok());
    }
    for _ in 0..10 {
        // Both have one: this one is for the one that reads.
        assert!(reader.take().is_some());
        assert!(lanes.to_any(large()).is_ok());
    }
    assert!(reader.take().is_some() && slow.take().is_some());
}
