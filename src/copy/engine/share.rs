//! The part of a tree that one of several clients copies.
//!
//! Boundary: which client has which directory; pure. Clients need not talk to
//! each other: each works out the same division from the paths alone.
//!
//! A client has what is directly in its directories, and makes all directories,
//! because it must go through them. None gives a directory its attributes, which
//! another one would change by working in it: that is left to the rest, when all
//! clients have ended.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

/// Which part of a tree is copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Share {
    /// All of it.
    #[default]
    Whole,
    /// What one of several clients has.
    Client(Client),
    /// What clients have left: directories' attributes, links between what
    /// several clients have, and whatever is not there.
    Rest,
}

/// One of several clients that copy a tree together: the second of four is `2/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    index: u64,
    of: NonZeroU64,
}

/// Not a client: what was given is no `i/N` with i from 1 to N.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("give i/N, as 2/4 for the second of four clients")]
pub struct ClientError;

impl Client {
    /// The client of this number, from 1, of so many.
    pub fn new(number: u64, of: u64) -> Result<Self, ClientError> {
        let of = NonZeroU64::new(of).ok_or(ClientError)?;
        let index = number.checked_sub(1).ok_or(ClientError)?;
        if index < of.get() {
            Ok(Self { index, of })
        } else {
            Err(ClientError)
        }
    }

    /// Whether it has what is directly in a directory, which is given by its
    /// path below the source; that of the source itself is empty.
    ///
    /// The answer is the same on every machine and in every version: clients of
    /// different versions may copy one tree.
    pub fn has(self, directory: &[u8]) -> bool {
        path_hash(directory) % self.of == self.index
    }
}

impl FromStr for Client {
    type Err = ClientError;

    fn from_str(text: &str) -> Result<Self, ClientError> {
        let digits = |text: &str| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        let (number, of) = text.split_once('/').ok_or(ClientError)?;
        let (number, of) = (digits(number).zip(digits(of))).ok_or(ClientError)?;
        Self::new(number, of)
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.of)
    }
}

/// FNV-1a of 64 bits (draft-eastlake-fnv), and the last step of MurmurHash3 over
/// it: the low bits of the first depend on the low bits of the path alone, and
/// `d1`, `d3`, `d5` would all be one client's.
fn path_hash(path: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in path {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_a_number_of_a_number() {
        assert_eq!("2/4".parse(), Client::new(2, 4));
        assert_eq!(Client::new(2, 4).unwrap().to_string(), "2/4");
        for wrong in [
            "",
            "2",
            "/",
            "2/",
            "/4",
            "0/4",
            "5/4",
            "0/0",
            "1/0",
            "-1/4",
            "+1/4",
            "1/ 4",
            "1/4/1",
            "a/b",
            "99999999999999999999/4",
        ] {
            assert_eq!(wrong.parse::<Client>(), Err(ClientError), "{wrong:?}");
        }
    }

    #[test]
    fn every_directory_is_one_clients() {
        for of in [1, 2, 3, 7, 100] {
            for path in ["", "a", "a/b", "\u{e9}", "d1", "d2"] {
                let who: Vec<u64> = (1..=of)
                    .filter(|number| Client::new(*number, of).unwrap().has(path.as_bytes()))
                    .collect();
                assert_eq!(who.len(), 1, "{path} of {of}: {who:?}");
            }
        }
    }

    /// It is the same for ever: clients of several versions share a tree.
    #[test]
    fn the_division_is_fixed() {
        assert_eq!(path_hash(b""), 0xefd0_1f60_ba99_2926);
        assert_eq!(path_hash(b"a"), 0x82a2_a958_a9be_ce5b);
    }

    #[test]
    fn names_in_a_row_are_spread() {
        let client = Client::new(1, 4).unwrap();
        let has = (0..4000)
            .filter(|number| client.has(format!("run/d{number}").as_bytes()))
            .count();
        assert!((900..1100).contains(&has), "{has} of 4000");
    }
}
