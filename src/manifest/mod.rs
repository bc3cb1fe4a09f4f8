//! A tree divided for several clients: lists of what each has, and scripts of
//! commands that copy it.
//!
//! Boundary: what a survey found goes in, files come out; who lends the threads,
//! and what is said of it, is the caller's. The lists together, with the script
//! for the rest, are the whole tree.
//!
//! Everything that grows with the tree is in sorted records that spill to
//! temporary files, so memory is bounded. One way: `gather` hears the survey,
//! `cut` decides what is dealt out, `split` deals, `files` and `script` write.

mod cut;
mod error;
mod files;
mod gather;
mod row;
mod script;
mod sort;
mod split;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub use error::ManifestError;

use crate::copy::survey::{Amount, Deeper, Survey};
use crate::copy::{Control, ProbeError, Reporter, Stop};
use crate::template::Template;
use files::{Files, Mode};
use gather::Gather;
use row::Row;
use script::Commands;
use sort::Sorter;
use split::Dealer;

/// What is asked for.
#[derive(Debug)]
pub struct Spec {
    /// The tree; absolute, since clients are elsewhere.
    pub source: PathBuf,
    /// Where it is to be copied; absolute.
    pub destination: PathBuf,
    /// How deep the directories are that are dealt out, from 1.
    pub depth: usize,
    /// How many clients there are.
    pub clients: NonZeroU32,
    /// How rows are dealt.
    pub split: Split,
    /// What becomes of rows that are too large for an even division.
    pub cut: Cut,
    /// Where the files are written.
    pub out: PathBuf,
    /// The command that copies a row, with tokens `<src>` and `<dst>`; without
    /// it, cp.
    pub template: Option<Arc<Template>>,
}

/// How rows are dealt to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// One to each in turn: row i of client k of N is that of `sed -n k~Np`.
    Turn,
    /// The largest first, each to the client with the fewest bytes so far.
    Size,
    /// The same by the number of entries.
    Files,
}

/// What becomes of rows of more than a quarter of a client's even share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// What is in them is dealt out in their place, again and again.
    Deeper,
    /// They stay, as in the article.
    No,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rows and amounts of each client.
    pub clients: Vec<Share>,
    /// What is in no list: entries above those that are dealt out, and
    /// directories that were cut.
    pub rest: Amount,
    /// How many directories were cut.
    pub cut: u64,
    /// How many names are linked again.
    pub links: u64,
    /// How many rows and names could not be read.
    pub unreadable: u64,
}

/// What one client has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Rows of its list.
    pub rows: u64,
    /// What is in them.
    pub amount: Amount,
}

impl Written {
    /// How uneven the division is: the largest share of bytes, or of entries,
    /// over the mean. 1 is even; `None` if there is nothing to divide.
    #[expect(clippy::cast_precision_loss, reason = "it is shown with two digits")]
    pub fn spread(&self, split: Split) -> Option<f64> {
        let weights = || self.clients.iter().map(|share| split.weight(share.amount));
        let (most, sum) = (weights().max()?, weights().sum::<u64>());
        (sum > 0).then(|| most as f64 * self.clients.len() as f64 / sum as f64)
    }
}

impl Split {
    /// What is to be even.
    fn weight(self, amount: Amount) -> u64 {
        match self {
            Self::Turn | Self::Size => amount.bytes,
            Self::Files => amount.entries,
        }
    }
}

/// A division under way.
pub struct Manifest {
    spec: Spec,
    survey: Survey,
    gather: Arc<Gather>,
    outcome: OnceLock<Result<Written, ManifestError>>,
}

impl Manifest {
    /// Opens nothing yet. `workers` threads will come; what cannot be read is
    /// told to `reporter`.
    pub fn new(spec: Spec, workers: usize, reporter: Arc<dyn Reporter>) -> Self {
        let gather = Arc::new(Gather::new(reporter));
        let deeper = match spec.cut {
            Cut::Deeper => Deeper::Told,
            Cut::No => Deeper::Omitted,
        };
        let surveyor = Arc::clone(&gather);
        let survey = Survey::new(&spec.source, spec.depth, deeper, workers, surveyor);
        Self {
            spec,
            survey,
            gather,
            outcome: OnceLock::new(),
        }
    }

    /// Looks whether it can be done, and opens the tree.
    pub fn begin(&self) -> Result<(), ManifestError> {
        files::prepare(&self.spec)?;
        self.survey.begin().map_err(ManifestError::Source)
    }

    /// One worker's part of the survey.
    pub fn work(&self, control: Control<'_>) {
        let control = || {
            if self.gather.has_failed() {
                Stop::Soon
            } else {
                control()
            }
        };
        self.survey.work(&control);
    }

    /// Divides and writes, after all workers have come back. Nothing is written
    /// if the survey was stopped.
    pub fn finish(&self, control: Control<'_>) {
        let outcome = self.divided(control);
        // Called once.
        let _ = self.outcome.set(outcome);
    }

    /// What came of it; `None` before [`Manifest::finish`].
    pub fn outcome(&self) -> Option<&Result<Written, ManifestError>> {
        self.outcome.get()
    }

    fn divided(&self, control: Control<'_>) -> Result<Written, ManifestError> {
        let spec = &self.spec;
        let mut found = self.gather.take()?;
        let total = self.survey.total().ok_or(ManifestError::Stopped)?;
        let mut rows = cut::rows(spec, total, &mut found, &self.gather)?;
        if rows.count < u64::from(spec.clients.get()) {
            return Err(ManifestError::Few {
                rows: rows.count,
                clients: spec.clients.get(),
                depth: spec.depth,
            });
        }
        let commands = Commands::new(spec);
        let mut files = Files::new(&spec.out);
        let mut dealer = Dealer::new(spec.split, spec.clients);
        let mut list = files.list("manifest")?;
        let mut table = files.open("manifest.tsv", Mode::Text)?;
        table.line(b"files\tbytes\tallocated\tpath")?;
        let mut record = Vec::new();
        while rows
            .sorted
            .next_into(&mut record)
            .map_err(ManifestError::Temporary)?
        {
            if control() != Stop::No {
                return Err(ManifestError::Stopped);
            }
            let Some(row) = Row::read(&record) else {
                continue;
            };
            list.path(&row.path)?;
            table.row(&row)?;
            dealer.push(&row, &record)?;
        }
        files.end(table)?;
        files.end_list(list)?;
        let clients = self.write_clients(dealer, &commands, &mut files, control)?;
        let links = commands.rest(&mut files, found)?;
        files.keep()?;
        Ok(Written {
            clients,
            rest: rows.rest,
            cut: rows.cut,
            links,
            unreadable: self.gather.unreadable(),
        })
    }

    fn write_clients(
        &self,
        dealer: Dealer,
        commands: &Commands<'_>,
        files: &mut Files,
        control: Control<'_>,
    ) -> Result<Vec<Share>, ManifestError> {
        let count = self.spec.clients.get();
        let mut dealt = dealer.dealt()?;
        let mut shares = Vec::new();
        let mut next = dealt.next()?;
        for client in 0..count {
            let name = format!("client{}", client + 1);
            let mut list = files.list(&name)?;
            let mut script = files.open(&format!("{name}_copy_commands"), Mode::Program)?;
            let about = format!(
                "the share of client {} of {count}, in any order",
                client + 1
            );
            let mut lines = commands.begin(&mut script, &about)?;
            let mut share = Share::default();
            while let Some((owner, row)) = &next
                && *owner == client
            {
                if control() != Stop::No {
                    return Err(ManifestError::Stopped);
                }
                list.path(&row.path)?;
                lines.copy(row)?;
                share.rows += 1;
                share.amount.entries += row.amount.entries;
                share.amount.bytes += row.amount.bytes;
                share.amount.allocated += row.amount.allocated;
                next = dealt.next()?;
            }
            lines.end()?;
            files.end(script)?;
            files.end_list(list)?;
            shares.push(share);
        }
        Ok(shares)
    }
}

/// A path as it is for other machines, which do not know this directory.
pub fn absolute(path: &Path) -> Result<PathBuf, ManifestError> {
    std::path::absolute(path).map_err(|source| ManifestError::Write {
        path: path.to_path_buf(),
        source,
    })
}

impl From<ProbeError> for ManifestError {
    fn from(error: ProbeError) -> Self {
        Self::Source(error)
    }
}
