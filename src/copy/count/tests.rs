use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;
use std::sync::Mutex;

use super::*;
use crate::copy::Failure;

#[derive(Default)]
struct Told(Mutex<Vec<Vec<u8>>>);

impl Reporter for Told {
    fn failure(&self, failure: Failure) {
        self.0.lock().unwrap().push(failure.path);
    }
}

fn count(directories: &[&Path], reading: Reading) -> (Counted, Arc<Told>) {
    let told = Arc::new(Told::default());
    let directories = directories.iter().map(|path| path.to_path_buf()).collect();
    let reporter: Arc<dyn Reporter> = Arc::clone(&told) as _;
    let counter = Counter::new(directories, reading, 4, reporter);
    counter.begin().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| counter.work(&|| Stop::No));
        }
    });
    assert!(counter.is_whole());
    (counter.counted(), told)
}

#[test]
fn each_entry_is_counted_once_and_each_file_has_its_bytes_once() {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path();
    std::fs::create_dir_all(root.join("a/b")).unwrap();
    std::fs::write(root.join("a/one"), vec![b'x'; 5000]).unwrap();
    std::fs::write(root.join("new\nline"), "12").unwrap();
    std::fs::hard_link(root.join("a/one"), root.join("a/b/two")).unwrap();
    std::fs::hard_link(root.join("a/one"), root.join("three")).unwrap();
    symlink("nowhere", root.join("link")).unwrap();
    let large = std::fs::File::create(root.join("large")).unwrap();
    large.set_len(10 << 20).unwrap();
    let border = std::fs::File::create(root.join("border")).unwrap();
    border.set_len((10 << 20) - 1).unwrap();
    let (counted, told) = count(&[root], Reading::Nothing);
    assert!(told.0.lock().unwrap().is_empty());
    let allocated: u64 = [
        "",
        "a",
        "a/b",
        "a/one",
        "new\nline",
        "link",
        "large",
        "border",
    ]
    .iter()
    .map(|name| root.join(name).symlink_metadata().unwrap().blocks() * 512)
    .sum();
    let small_bytes = 5002 + (10 << 20) - 1;
    assert_eq!(
        counted,
        Counted {
            files: 6,
            directories: 3,
            symlinks: 1,
            specials: 0,
            bytes: small_bytes + (10 << 20),
            allocated,
            extra_names: 2,
            small: 3,
            small_bytes,
            large: 1,
            large_bytes: 10 << 20,
            unreadable: 0,
            read: 0,
        }
    );
    assert_eq!(counted.entries(), 10);
    assert_eq!((counted.for_each_of(3), counted.for_each_of(64)), (4, 1));
    let (twice, _) = count(&[root, root], Reading::Nothing);
    assert_eq!(twice.entries(), 20);
    assert_eq!(twice.bytes, 2 * counted.bytes);
}

#[test]
fn everything_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("small"), vec![1; 4097]).unwrap();
    std::fs::hard_link(dir.path().join("small"), dir.path().join("other")).unwrap();
    let large = std::fs::File::create(dir.path().join("large")).unwrap();
    large.set_len((200 << 20) + 3).unwrap();
    let (counted, _) = count(&[dir.path()], Reading::Everything);
    assert_eq!(counted.read, 4097 + (200 << 20) + 3);
    assert_eq!(counted.read, counted.bytes);
}

#[test]
fn a_directory_that_is_not_there_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let paths = vec![dir.path().to_path_buf(), dir.path().join("gone")];
    let counter = Counter::new(paths, Reading::Nothing, 1, Arc::new(Told::default()));
    let error = counter.begin().unwrap_err().to_string();
    assert!(error.contains("gone"), "{error}");
}
