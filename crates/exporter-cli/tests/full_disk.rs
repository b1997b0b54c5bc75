//! A disk that is really full: a small tmpfs in a mount namespace of its own, and `/dev/full`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::program::exporter;

/// Bytes of the small disk, in kibibytes.
const DISK: &str = "size=300k";

/// About 1.4 MB of rows that no compression brings below the size of the disk.
fn big_csv(path: &Path) {
    let mut text = String::from("number,text\n");
    let mut state = 1u64;
    for row in 0..40_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        writeln!(text, "{row},{:016x}{:08x}", state ^ (state >> 31), state >> 40).unwrap();
    }
    std::fs::write(path, text).unwrap();
}

/// What the script ends with when the disk may not be mounted.
const NOT_MOUNTED: i32 = 99;
/// What `unshare` ends with when there may be no namespace.
const NO_NAMESPACE: i32 = 1;

/// Runs a shell script in a mount namespace with a small disk at `disk`; `None` where that is not allowed.
fn with_small_disk(disk: &Path, script: &str) -> Option<Output> {
    let whole = format!("mount -t tmpfs -o {DISK} none \"$DISK\" || exit {NOT_MOUNTED}\n{script}\nexit 0");
    // As root, else as root of a namespace of users.
    [&["-m"][..], &["-U", "-r", "-m"]].into_iter().find_map(|how| {
        let mut command = Command::new("unshare");
        command.args(how).args(["sh", "-c", &whole]).env("DISK", disk).stdin(Stdio::null());
        let program = exporter([]).get_program().to_owned();
        command.env("EXPORTER", program).env("SOURCE_DATE_EPOCH", "1700000000").env("LC_ALL", "C");
        let output = command.output().unwrap();
        match output.status.code() {
            Some(0) => Some(output),
            Some(NOT_MOUNTED | NO_NAMESPACE) => None,
            _ => panic!("{output:?}"),
        }
    })
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let disk = home.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    big_csv(&home.path().join("big.csv"));
    std::fs::write(home.path().join("small.csv"), "a\n1\n").unwrap();
    let big = home.path().join("big.csv").display().to_string();
    let cases = [
        "--to csv --to tab --out $DISK/folder",
        "--to csv --out $DISK/x.csv",
        "--to csv --out $DISK/x.zip --level fast",
        "--to csv --out $DISK/x.csv.gz",
        "--to dta --out $DISK/deep/er/x.dta",
        "--to parquet --out $DISK/x.parquet",
        "--to arrow --out $DISK/x.arrow --sync",
    ];
    let mut script = String::from("echo kept > \"$DISK/kept\"\n");
    for case in cases {
        writeln!(script, "\"$EXPORTER\" export {big} {case} 2>&1; echo \"code $?\"; ls -A \"$DISK\"")
            .unwrap();
    }
    let small = home.path().join("small.csv").display().to_string();
    writeln!(
        script,
        "\"$EXPORTER\" convert {small} \"$DISK/small.tab\" 2>&1; echo \"code $?\"; ls -A \"$DISK\""
    )
    .unwrap();
    let Some(output) = with_small_disk(&disk, &script) else {
        // Straight to the terminal: the test runner keeps what tests print.
        let _ = writeln!(
            std::io::stderr(),
            "the full disk was tested on /dev/full, since no file system can be mounted here (root can, or namespaces for users)"
        );
        return a_full_standard_output_is_an_error();
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let told: Vec<&str> = text.lines().collect();
    let mut rest = &told[..];
    for case in cases {
        let end = rest.iter().position(|line| line.starts_with("code ")).unwrap();
        let said = rest[..end].join("\n");
        assert!(
            said.contains("No space left on device") && said.contains("hint: free space"),
            "{case}: {said}"
        );
        // The place that is full, and the words that show its room.
        let typed = format!("`df -h {} ", disk.display());
        assert!(said.contains(&typed) && said.contains("error: "), "{case}: {said}");
        assert_eq!(rest[end..end + 2], ["code 1", "kept"], "{case}: {text}");
        if case.contains("--to dta") {
            // Its size is known beforehand, and no byte of it is written in vain.
            assert!(said.contains("the disk has no room for the"), "{case}: {said}");
        }
        rest = &rest[end + 2..];
    }
    let end = rest.iter().position(|line| line.starts_with("code ")).unwrap();
    assert_eq!(rest[end..], ["code 0", "kept", "small.tab"], "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_standard_output_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let big = home.path().join("big.csv");
    big_csv(&big);
    for more in [&[][..], &["--zip"], &["--gzip"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = exporter(["export", big.to_str().unwrap(), "--to", "tab", "--out", "-"]);
        let output = command.args(more).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("No space left on device") && said.contains("hint: free space"), "{said}");
    }
}
