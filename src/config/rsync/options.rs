//! What the options of rsync mean for a tree that is cut in buckets.
//!
//! Boundary: reads the words, runs nothing. The names of options are those of
//! rsync(1), OPTION SUMMARY.

use crate::input::buckets::Together;

/// Letters that take a value, which is the rest of the word or the next one.
const WITH_VALUE: &[u8] = b"efBTM@";

/// Long options with a value that may be the next word; of those that are
/// looked for here none has one.
const LONG_WITH_VALUE: [&str; 24] = [
    "exclude",
    "exclude-from",
    "include",
    "include-from",
    "filter",
    "files-from",
    "rsh",
    "rsync-path",
    "temp-dir",
    "partial-dir",
    "compare-dest",
    "copy-dest",
    "link-dest",
    "backup-dir",
    "suffix",
    "log-file",
    "log-file-format",
    "out-format",
    "chmod",
    "chown",
    "usermap",
    "groupmap",
    "bwlimit",
    "timeout",
];

/// The options as they were given.
pub(super) struct Given<'a> {
    letters: Vec<u8>,
    longs: Vec<&'a str>,
}

impl<'a> Given<'a> {
    /// Reads the words of an option string.
    pub(super) fn read(words: &'a [Vec<u8>]) -> Self {
        let mut given = Self {
            letters: Vec::new(),
            longs: Vec::new(),
        };
        let mut words = words
            .iter()
            .filter_map(|word| std::str::from_utf8(word).ok());
        while let Some(word) = words.next() {
            if let Some(long) = word.strip_prefix("--") {
                let (name, value) = long
                    .split_once('=')
                    .map_or((long, None), |(name, value)| (name, Some(value)));
                given.longs.push(name);
                if value.is_none() && LONG_WITH_VALUE.contains(&name) {
                    words.next();
                }
            } else if let Some(letters) = word.strip_prefix('-') {
                let taking = letters
                    .bytes()
                    .position(|letter| WITH_VALUE.contains(&letter));
                let end = taking.map_or(letters.len(), |at| at + 1);
                given.letters.extend_from_slice(&letters.as_bytes()[..end]);
                if end == letters.len() && taking.is_some() {
                    words.next();
                }
            }
        }
        given
    }

    fn has(&self, letter: Option<u8>, long: &str) -> bool {
        letter.is_some_and(|letter| self.letters.contains(&letter)) || self.longs.contains(&long)
    }

    /// Whether names of one file must be seen by one process.
    pub(super) fn together(&self) -> Together {
        if self.has(Some(b'H'), "hard-links") {
            Together::HardLinks
        } else {
            Together::No
        }
    }

    /// Whether data is compressed on its way.
    pub(super) fn compresses(&self) -> bool {
        self.has(Some(b'z'), "compress") || self.longs.contains(&"compress-choice")
    }

    /// The first option that would go wrong where each process sees a part of
    /// the tree alone, and why.
    pub(super) fn misfit(&self) -> Option<(String, &'static str)> {
        if let Some(long) = self
            .longs
            .iter()
            .find(|long| long.starts_with("delete") || **long == "del")
        {
            return Some((format!("--{long}"), DELETE));
        }
        MISFITS
            .iter()
            .find(|(letter, long, _)| self.has(*letter, long))
            .map(|(letter, long, why)| {
                let given = letter.filter(|letter| self.letters.contains(letter));
                let option = match given {
                    Some(letter) => format!("-{}", char::from(letter)),
                    None => format!("--{long}"),
                };
                (option, *why)
            })
    }
}

/// msrsync's reason.
const DELETE: &str = "each rsync knows its own bucket alone, so none can tell what is not in the source; run `rsync -a --delete SRC DST` afterwards";
const FILTER: &str = "rsync heeds a filter for the names in a list, but not for the directories above them, so what is in an excluded directory would be copied";
const FOLLOWS: &str =
    "a link to a directory would become an empty directory: what is in it is in no bucket";
const LIST: &str = "prun makes the list";
const BATCH: &str = "all processes would write one batch";

/// Letter, long name, and why not.
const MISFITS: [(Option<u8>, &str, &str); 21] = [
    (None, "exclude", FILTER),
    (None, "exclude-from", FILTER),
    (None, "include", FILTER),
    (None, "include-from", FILTER),
    (Some(b'f'), "filter", FILTER),
    (Some(b'F'), "filter", FILTER),
    (Some(b'C'), "cvs-exclude", FILTER),
    (Some(b'L'), "copy-links", FOLLOWS),
    (Some(b'k'), "copy-dirlinks", FOLLOWS),
    (None, "copy-unsafe-links", FOLLOWS),
    (
        Some(b'R'),
        "relative",
        "the names in a list are relative already",
    ),
    (
        None,
        "no-relative",
        "files of all directories would land in one",
    ),
    (None, "no-R", "files of all directories would land in one"),
    (
        Some(b'm'),
        "prune-empty-dirs",
        "directories are put right by themselves, when no file is with them",
    ),
    (
        Some(b'x'),
        "one-file-system",
        "rsync heeds it for what it walks by itself, not for the names in a list",
    ),
    (None, "files-from", LIST),
    (None, "list-only", "nothing would be copied; leave -j out"),
    (
        Some(b'n'),
        "dry-run",
        "--dry-run of prun shows the commands",
    ),
    (None, "write-batch", BATCH),
    (None, "only-write-batch", BATCH),
    (None, "read-batch", BATCH),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn misfit(words: &str) -> Option<String> {
        let words: Vec<Vec<u8>> = words
            .split(' ')
            .map(|word| word.as_bytes().to_vec())
            .collect();
        Given::read(&words).misfit().map(|(option, _)| option)
    }

    #[test]
    fn what_goes_wrong_in_buckets_is_found() {
        for (words, option) in [
            ("-aH --delete", "--delete"),
            ("-a --delete-after", "--delete-after"),
            ("-a --del", "--del"),
            ("-aL", "-L"),
            ("-a --exclude=x", "--exclude"),
            ("-a --exclude x", "--exclude"),
            ("-axS", "-x"),
            ("-an", "-n"),
            ("-a --no-R", "--no-R"),
        ] {
            assert_eq!(misfit(words).as_deref(), Some(option), "{words}");
        }
        for words in [
            "-aS --numeric-ids",
            "-azh --inplace",
            "-aHAXS",
            "-a -e ssh -T /x --link-dest --delete",
            "-a --partial-dir=.x -eLx",
            "",
        ] {
            assert_eq!(misfit(words), None, "{words}");
        }
    }

    #[test]
    fn hard_links_and_compression_are_known() {
        let read = |words: &str| {
            let words: Vec<Vec<u8>> = words
                .split(' ')
                .map(|word| word.as_bytes().to_vec())
                .collect();
            let given = Given::read(&words);
            (given.together() == Together::HardLinks, given.compresses())
        };
        assert_eq!(read("-aHAX"), (true, false));
        assert_eq!(read("-a --hard-links -z"), (true, true));
        assert_eq!(read("-azh"), (false, true));
        assert_eq!(read("-T HHz"), (false, false));
    }
}
