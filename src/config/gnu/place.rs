//! Where jobs run on GNU parallel's face, and what they find there: directory,
//! variables, files made for each.
//!
//! Boundary: from options to what the executor is told.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use super::super::{ConfigError, Env};
use super::{semaphore, values};
use crate::cli::gnu::{Given, Opt};
use crate::exec::{Afterwards, Directory, TemplateFile, Variables};
use crate::template::{Family, GnuText};

/// `--wd`: made if it is not there; `...` is one of the job's own.
pub(super) fn directory(
    given: &Given,
    family: &Family,
    slots: usize,
    env: &Env,
) -> Result<Directory, ConfigError> {
    let Some(name) = given.last(Opt::Wd) else {
        return Ok(Directory::Own);
    };
    if name == "." {
        return Ok(Directory::Own);
    }
    if name == "..." {
        let base = env.directory_in("TMPDIR").unwrap_or_else(|| "/tmp".into());
        let own = format!("parallel-{}-{{#}}", std::process::id());
        let text = base.join(own).into_os_string().into_vec();
        let text = GnuText::parse(&text, &Family::default(), slots)?;
        return Ok(Directory::Each(text.into()));
    }
    let text = GnuText::parse(name.as_bytes(), family, slots)?;
    if !text.is_constant() {
        return Ok(Directory::Each(text.into()));
    }
    let path = PathBuf::from(name);
    let made = if path.is_dir() {
        Ok(())
    } else {
        std::fs::create_dir_all(&path)
    };
    made.map_err(|source| ConfigError::Path {
        what: "cannot make the directory",
        path: path.clone(),
        source,
    })?;
    Ok(Directory::Fixed(path))
}

pub(super) fn variables(given: &Given, env: &Env) -> Variables {
    let process = std::process::id();
    let temporary = env.directory_in("TMPDIR").unwrap_or_else(|| "/tmp".into());
    let fixed: [(&str, OsString); 5] = [
        // A semaphore inside of a semaphore is another one.
        (semaphore::READY, OsString::new()),
        ("PARALLEL_PID", process.to_string().into()),
        ("PARALLEL_SSHLOGIN", ":".into()),
        ("PARALLEL_SSHHOST", ":".into()),
        (
            "PARALLEL_TMP",
            temporary.join(format!("par{process}")).into(),
        ),
    ];
    Variables {
        seq: "PARALLEL_SEQ".into(),
        slot: "PARALLEL_JOBSLOT".into(),
        slot_from_zero: Some(
            given
                .last(Opt::ProcessSlotVar)
                .cloned()
                .unwrap_or_else(|| "PARALLEL_JOBSLOT0".into()),
        ),
        fixed: fixed
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    }
}

pub(super) fn templates(
    given: &Given,
    family: &Family,
    slots: usize,
) -> Result<Vec<TemplateFile>, ConfigError> {
    let keep = if given.has(Opt::Cleanup) {
        Afterwards::Remove
    } else {
        Afterwards::Keep
    };
    let mut files = Vec::new();
    for value in given.all(Opt::Template) {
        let bytes = value.as_bytes();
        let Some(equals) = bytes.iter().position(|&byte| byte == b'=') else {
            return Err(values::wrong(
                "--template",
                value,
                "give FILE=NAME, where NAME may have replacement strings",
            ));
        };
        let path = PathBuf::from(OsString::from_vec(bytes[..equals].to_vec()));
        let text = std::fs::read(&path).map_err(|source| ConfigError::Path {
            what: "cannot read the template",
            path,
            source,
        })?;
        files.push(TemplateFile {
            name: GnuText::parse(&bytes[equals + 1..], family, slots)?.into(),
            text: GnuText::parse(&text, family, slots)?.into(),
            afterwards: keep,
        });
    }
    Ok(files)
}
