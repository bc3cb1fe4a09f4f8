//! `-S` and `--slf`: on which machines jobs run, which is this one here.
//!
//! Boundary: reads the lists and counts the places of this machine; a name of
//! another one is refused.

use std::ffi::OsString;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::super::{ConfigError, Env};
use crate::cli::gnu::{Given, Opt};

/// The list of the machine's administrator.
const OF_ALL: &str = "/etc/parallel/sshloginfile";

/// How many jobs at a time this machine takes, if that is said.
pub(super) fn slots(given: &Given, env: &Env) -> Result<Option<usize>, ConfigError> {
    let mut logins: Vec<Vec<u8>> = Vec::new();
    for value in given.all(Opt::Login) {
        for login in value.as_bytes().split(|byte| b",\n".contains(byte)) {
            match login.trim_ascii() {
                file @ (b"." | b"..") => logins.extend(listed(file, env)?),
                login => logins.push(login.to_vec()),
            }
        }
    }
    if given.has(Opt::Login) && logins.iter().all(Vec::is_empty) {
        return Err(ConfigError::Usage("Cannot run any jobs."));
    }
    for file in given.all(Opt::LoginFile) {
        logins.extend(listed(file.as_bytes(), env)?);
    }
    let mut slots = None;
    for login in logins {
        if let Some(count) = places(&login)? {
            slots = Some(slots.map_or(count, |slots: usize| slots.saturating_add(count)));
        }
    }
    Ok(slots)
}

/// The lines of a list: `-` is standard input, `..` the user's own, `.` the
/// administrator's.
fn listed(name: &[u8], env: &Env) -> Result<Vec<Vec<u8>>, ConfigError> {
    let path = match name {
        b".." => {
            let home = env.directory_in("HOME").unwrap_or_else(|| "/tmp".into());
            home.join(".parallel/sshloginfile")
        }
        b"." => PathBuf::from(OF_ALL),
        name => PathBuf::from(OsString::from(std::ffi::OsStr::from_bytes(name))),
    };
    let mut text = Vec::new();
    let read = match name {
        b"-" => std::io::stdin().read_to_end(&mut text),
        _ => std::fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut text)),
    };
    read.map_err(|source| ConfigError::Path {
        what: "cannot read the machines in",
        path,
        source,
    })?;
    let lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    Ok(lines.map(<[u8]>::to_vec).collect())
}

/// How many places `N/:` has; none are said by `:` and `@GROUP/:`.
fn places(login: &[u8]) -> Result<Option<usize>, ConfigError> {
    let (count, name) = match login.iter().position(|&byte| byte == b'/') {
        Some(slash) => (&login[..slash], &login[slash + 1..]),
        None => (&b""[..], login),
    };
    if name != b":" && !login.is_empty() {
        return Err(ConfigError::Usage(
            "-S: jobs on other machines come with a later version; here is only :, this machine",
        ));
    }
    Ok(std::str::from_utf8(count)
        .ok()
        .and_then(|count| count.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_places() {
        assert_eq!(places(b":").unwrap(), None);
        assert_eq!(places(b"4/:").unwrap(), Some(4));
        assert_eq!(places(b"@fast/:").unwrap(), None);
        assert_eq!(places(b"").unwrap(), None);
        assert!(places(b"host").is_err());
        assert!(places(b"2/host").is_err());
    }
}
