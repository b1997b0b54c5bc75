//! Folders and files with neighbours and on strange targets.

use std::collections::BTreeMap;
use std::fs;

use exporter_core::sink::{FileSink, FolderOptions, FolderSink};
use exporter_core::{EntrySpec, ErrorKind, Sink as _};

use crate::on_disk::{OVERWRITE, files, folder_with, names, put};

#[test]
fn overwriting_replaces_entries_and_leaves_other_files_alone() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    folder_with(&target, FolderOptions::default(), &[("a", "old a"), ("sub/b", "old b")]).unwrap();
    fs::write(target.join("mine"), "mine").unwrap();
    let error = folder_with(&target, FolderOptions::default(), &[("c", "c")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exists);
    folder_with(&target, OVERWRITE(), &[("sub/b", "new b"), ("a", "new a"), ("sub/deep/c", "c")]).unwrap();
    let texts: Vec<(String, String)> =
        files(&target).into_iter().map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect();
    let wanted = [("a", "new a"), ("mine", "mine"), ("sub/b", "new b"), ("sub/deep/c", "c")];
    assert_eq!(texts, wanted.map(|(path, text)| (path.to_owned(), text.to_owned())));
    assert_eq!(names(home.path()), ["out"]);
}

#[test]
fn when_one_entry_cannot_be_moved_all_are_put_back() {
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("out");
    fs::create_dir_all(target.join("blocked")).unwrap();
    fs::write(target.join("a"), "old a").unwrap();
    let before = files(&target);
    let entries =
        [("a", "new a"), ("fresh", "fresh"), ("new/sub", "sub"), ("blocked", "cannot replace a folder")];
    let error = folder_with(&target, OVERWRITE(), &entries).unwrap_err();
    assert_eq!((error.kind(), error.place().entry.as_deref()), (ErrorKind::Exists, Some("blocked")));
    assert_eq!(files(&target), before);
    assert_eq!(names(&target), ["a", "blocked"]);
}

#[test]
fn two_sinks_on_one_target_do_not_mix() {
    let home = tempfile::tempdir().unwrap();
    for existing in [false, true] {
        let target = home.path().join(format!("out{existing}"));
        if existing {
            fs::create_dir(&target).unwrap();
        }
        let first = FolderSink::create(&target, FolderOptions::default()).unwrap();
        let second = FolderSink::create(&target, FolderOptions::default()).unwrap();
        put(&first, "a", b"first");
        put(&second, "a", b"second");
        put(&second, "b", b"second");
        Box::new(first).finish().unwrap();
        assert_eq!(Box::new(second).finish().unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(files(&target), BTreeMap::from([("a".to_owned(), b"first".to_vec())]));
    }
    let target = home.path().join("file");
    let sinks = [0, 1].map(|_| FileSink::create(&target, FolderOptions::default()).unwrap());
    let [first, second] = sinks;
    put(&first, "x", b"first");
    put(&second, "x", b"second");
    Box::new(first).finish().unwrap();
    assert_eq!(Box::new(second).finish().unwrap_err().kind(), ErrorKind::Exists);
    assert_eq!(fs::read(&target).unwrap(), b"first");
    let over = FileSink::create(&target, OVERWRITE()).unwrap();
    put(&over, "x", b"third");
    let receipt = Box::new(over).finish().unwrap();
    assert_eq!((receipt.entries[0].path.as_str(), receipt.entries[0].bytes), ("file", 5));
    assert_eq!(fs::read(&target).unwrap(), b"third");
    assert_eq!(names(home.path()), ["file", "outfalse", "outtrue"]);
}

#[test]
fn many_exports_stage_side_by_side_while_others_sweep() {
    let home = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let home = home.path();
            scope.spawn(move || {
                for round in 0..25 {
                    let target = home.join(format!("out-{thread}-{round}"));
                    folder_with(&target, FolderOptions::default(), &[("a", "text"), ("b/c", "more")])
                        .unwrap();
                    assert_eq!(files(&target).len(), 2);
                }
            });
        }
    });
    assert!(names(home.path()).iter().all(|name| name.starts_with("out-")), "{:?}", names(home.path()));
}

#[test]
fn an_entry_that_is_given_up_leaves_no_folder() {
    let home = tempfile::tempdir().unwrap();
    for existing in [false, true] {
        let target = home.path().join(format!("out{existing}"));
        if existing {
            fs::create_dir(&target).unwrap();
        }
        let sink = FolderSink::create(&target, FolderOptions::default()).unwrap();
        drop(sink.create(&EntrySpec::new("given/up/x", "text/plain")).unwrap());
        put(&sink, "kept/y", b"y");
        Box::new(sink).finish().unwrap();
        assert_eq!(names(&target), ["kept"]);
    }
}

#[test]
fn folders_made_for_a_target_go_when_nothing_is_published() {
    let home = tempfile::tempdir().unwrap();
    let sink = FolderSink::create(home.path().join("a/b/out"), FolderOptions::default()).unwrap();
    put(&sink, "x", b"x");
    drop(sink);
    assert!(names(home.path()).is_empty());
}

#[test]
fn targets_that_are_no_folder_or_file_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "precious").unwrap();
    for options in [FolderOptions::default(), OVERWRITE()] {
        assert_eq!(FolderSink::create(&file, options).unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(FileSink::create(home.path(), options).unwrap_err().kind(), ErrorKind::Exists);
        assert_eq!(FileSink::create("/dev/null", options).unwrap_err().kind(), ErrorKind::Exists);
        // A file where a folder is needed.
        let error = FolderSink::create(file.join("out"), options).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io, "{error:?}");
    }
    assert_eq!(fs::read(&file).unwrap(), b"precious");
    let empty = FileSink::create(home.path().join("none"), FolderOptions::default()).unwrap();
    assert!(Box::new(empty).finish().is_err(), "a file without an entry is made");
    assert_eq!(names(home.path()), ["file"]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_stay() {
    let home = tempfile::tempdir().unwrap();
    let real = home.path().join("real");
    fs::create_dir(&real).unwrap();
    let link = home.path().join("link");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    folder_with(&link, FolderOptions::default(), &[("a", "a")]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read(real.join("a")).unwrap(), b"a");
    let file_link = home.path().join("file-link");
    std::os::unix::fs::symlink(real.join("a"), &file_link).unwrap();
    assert!(FileSink::create(&file_link, FolderOptions::default()).is_err());
    let sink = FileSink::create(&file_link, OVERWRITE()).unwrap();
    put(&sink, "x", b"through the link");
    Box::new(sink).finish().unwrap();
    assert!(fs::symlink_metadata(&file_link).unwrap().is_symlink());
    assert_eq!(fs::read(real.join("a")).unwrap(), b"through the link");
    let dangling = home.path().join("dangling");
    std::os::unix::fs::symlink(home.path().join("nowhere"), &dangling).unwrap();
    assert!(FolderSink::create(&dangling, OVERWRITE()).is_err());
    assert!(FileSink::create(&dangling, OVERWRITE()).is_err());
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let target = home.path().join("secret");
    fs::write(&target, "old").unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    let sink = FileSink::create(&target, OVERWRITE()).unwrap();
    put(&sink, "x", b"new");
    Box::new(sink).finish().unwrap();
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
}
