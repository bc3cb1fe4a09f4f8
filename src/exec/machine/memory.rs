//! How much memory is free, by the machine and by the cgroup.
//!
//! Boundary: files in, one number out. A process in a container is killed when
//! its cgroup is full, however much the machine has: the least of all limits
//! on the way from its cgroup to the root counts. Both forms of cgroups are
//! read (the kernel's cgroup-v2.rst and cgroup-v1/memory.rst); pages of files
//! that the kernel can drop at once are no use of memory.

use std::io;
use std::path::Path;

use super::{garbled, read};

/// The names of one form of cgroups.
struct Form {
    /// Where it is mounted.
    mount: &'static str,
    /// Its limits; a missing one, or one that is no number, is none.
    limits: &'static [&'static str],
    usage: &'static str,
    /// The line of `memory.stat` with the pages that can be dropped.
    droppable: &'static str,
}

const V2: Form = Form {
    mount: "sys/fs/cgroup",
    limits: &["memory.max", "memory.high"],
    usage: "memory.current",
    droppable: "inactive_file",
};

const V1: Form = Form {
    mount: "sys/fs/cgroup/memory",
    limits: &["memory.limit_in_bytes"],
    usage: "memory.usage_in_bytes",
    droppable: "total_inactive_file",
};

/// The bytes that are free for this process, by the files below `root`.
pub(super) fn free(root: &Path) -> io::Result<u64> {
    let path = "proc/meminfo";
    let machine = available(&read(&root.join(path))?).ok_or_else(|| garbled(path))?;
    let groups = read(&root.join("proc/self/cgroup")).unwrap_or_default();
    let left = groups.lines().filter_map(|line| in_group(root, line)).min();
    Ok(left.map_or(machine, |left| left.min(machine)))
}

/// `MemAvailable` of proc_meminfo(5), in bytes.
fn available(text: &str) -> Option<u64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// What one line of `/proc/self/cgroup` (cgroups(7)) leaves: the least of what
/// is left in that group and in all above it.
fn in_group(root: &Path, line: &str) -> Option<u64> {
    let mut fields = line.splitn(3, ':');
    let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
    let form = match controllers {
        "" => V2,
        some if some.split(',').any(|name| name == "memory") => V1,
        _ => return None,
    };
    let mount = root.join(form.mount);
    let own = mount.join(path.trim_start_matches('/'));
    // In a container the path may be one of the machine outside: what is not
    // there is passed over, and the mount's own root is the container's.
    own.ancestors()
        .take_while(|group| group.starts_with(&mount))
        .filter_map(|group| left(group, &form))
        .min()
}

fn left(group: &Path, form: &Form) -> Option<u64> {
    let number = |name: &str| -> Option<u64> {
        let text = std::fs::read_to_string(group.join(name)).ok()?;
        text.trim().parse().ok()
    };
    let limit = form.limits.iter().filter_map(|name| number(name)).min()?;
    let used = number(form.usage)?;
    let stat = std::fs::read_to_string(group.join("memory.stat")).unwrap_or_default();
    let droppable = stat
        .lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(name, _)| *name == form.droppable)
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0);
    Some(limit.saturating_sub(used.saturating_sub(droppable)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Files below a root of their own.
    fn files(all: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in all {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    const MEMINFO: (&str, &str) = (
        "proc/meminfo",
        "MemTotal:  9000 kB\nMemFree: 1 kB\nMemAvailable:    4000 kB\n",
    );

    #[test]
    fn without_a_cgroup_it_is_the_machines() {
        assert_eq!(free(files(&[MEMINFO]).path()).unwrap(), 4_096_000);
        let garbled = files(&[("proc/meminfo", "MemTotal: 9000 kB\n")]);
        let error = free(garbled.path()).unwrap_err().to_string();
        assert_eq!(error, "/proc/meminfo is not of the form that is known");
    }

    #[test]
    fn the_tightest_group_above_counts() {
        let root = files(&[
            MEMINFO,
            ("proc/self/cgroup", "0::/slice/job\n"),
            ("sys/fs/cgroup/slice/job/memory.max", "max\n"),
            ("sys/fs/cgroup/slice/job/memory.current", "10\n"),
            ("sys/fs/cgroup/slice/memory.max", "1000000\n"),
            ("sys/fs/cgroup/slice/memory.high", "900000\n"),
            ("sys/fs/cgroup/slice/memory.current", "600000\n"),
            (
                "sys/fs/cgroup/slice/memory.stat",
                "anon 1\ninactive_file 100000\n",
            ),
        ]);
        assert_eq!(free(root.path()).unwrap(), 400_000);
    }

    #[test]
    fn a_container_of_the_older_form_sees_its_own_root() {
        let root = files(&[
            MEMINFO,
            (
                "proc/self/cgroup",
                "5:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n",
            ),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "5000\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "6000\n"),
            (
                "sys/fs/cgroup/memory/memory.stat",
                "inactive_file 1\ntotal_inactive_file 2000\n",
            ),
        ]);
        assert_eq!(free(root.path()).unwrap(), 1000);
        // Full: less than nothing is nothing.
        std::fs::write(
            root.path().join("sys/fs/cgroup/memory/memory.stat"),
            "total_inactive_file 10\n",
        )
        .unwrap();
        assert_eq!(free(root.path()).unwrap(), 0);
    }
}
