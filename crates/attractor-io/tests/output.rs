//! Outputs: whole or not at all, over nothing that was not meant, readable by others.
#![cfg(unix)]

mod common;

use attractor_io::{
    ErrorClass, IoError, OutputKind, Overwrite, check_output, encode_rows, write_output,
};
use common::*;
use std::fs::{self, Permissions};
use std::io::Read;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use Overwrite::{Refuse, Replace};

#[test]
fn an_existing_file_is_replaced_only_when_asked() {
    let dir = Scratch::new();
    let path = dir.path("x");
    check_output(&path, Refuse).unwrap();
    write_output(&path, Refuse, b"one").unwrap();
    for error in [check_output(&path, Refuse), write_output(&path, Refuse, b"two")] {
        let error = error.unwrap_err();
        assert_says(&path, &error, &["exists already", "--force"]);
        assert_eq!(error.class(), ErrorClass::Usage);
    }
    assert_eq!(fs::read(&path).unwrap(), b"one");
    check_output(&path, Replace).unwrap();
    write_output(&path, Replace, b"two").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(dir.names(), ["x"], "no temporary file is left");
}

#[test]
fn links_are_followed_and_stay() {
    let dir = Scratch::new();
    fs::create_dir(dir.path("sub")).unwrap();
    dir.file("sub/real", b"old");
    symlink("sub/real", dir.path("link")).unwrap();
    symlink("link", dir.path("second")).unwrap();
    assert!(matches!(check_output(&dir.path("second"), Refuse), Err(IoError::Exists { .. })));
    write_output(&dir.path("second"), Replace, b"new").unwrap();
    assert_eq!(fs::read(dir.path("sub/real")).unwrap(), b"new");
    assert!(dir.path("link").is_symlink() && dir.path("second").is_symlink());
    symlink("sub/later", dir.path("dangling")).unwrap();
    write_output(&dir.path("dangling"), Refuse, b"made").unwrap();
    assert_eq!(fs::read(dir.path("sub/later")).unwrap(), b"made");
    symlink("circle", dir.path("circle")).unwrap();
    let error = write_output(&dir.path("circle"), Replace, b"").unwrap_err();
    assert_says(&dir.path("circle"), &error, &["circle"]);
}

#[test]
fn permissions_are_kept_and_new_files_get_the_usual_ones() {
    let dir = Scratch::new();
    let path = dir.file("x", b"old");
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    write_output(&path, Replace, b"new").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o640);
    write_output(&dir.path("ours"), Refuse, b"").unwrap();
    let usual = fs::metadata(dir.file("usual", b"")).unwrap().mode();
    assert_eq!(fs::metadata(dir.path("ours")).unwrap().mode(), usual);
}

#[test]
fn what_is_no_regular_file_is_written_through() {
    let null = Path::new("/dev/null");
    check_output(null, Refuse).unwrap();
    write_output(null, Refuse, b"gone").unwrap();
    assert!(!fs::metadata(null).unwrap().is_file());
    let dir = Scratch::new();
    let fifo = dir.path("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || {
            let mut bytes = Vec::new();
            fs::File::open(fifo).unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        }
    });
    write_output(&fifo, Refuse, b"through").unwrap();
    assert_eq!(reader.join().unwrap(), b"through");
    assert!(!fs::metadata(&fifo).unwrap().is_file());
}

#[test]
fn impossible_targets_are_named() {
    let dir = Scratch::new();
    let folder = dir.path("");
    assert_says(&folder, &check_output(&folder, Replace).unwrap_err(), &["is a folder"]);
    let lost = dir.path("no/x");
    let error = check_output(&lost, Replace).unwrap_err();
    assert_says(&lost, &error, &["there is no folder"]);
    let under_file = dir.file("f", b"").join("x");
    assert!(check_output(&under_file, Replace).is_err());
}

#[test]
fn other_programs_read_our_npy() {
    let bytes = encode_rows(OutputKind::Npy, &[1.0f32, 2.0, 3.0, 4.5, 5.0, 6.0], 3, None).unwrap();
    let file = npyz::NpyFile::new(&bytes[..]).unwrap();
    assert_eq!((file.shape(), file.order()), (&[2, 3][..], npyz::Order::C));
    assert_eq!(file.dtype().descr(), "'<f4'");
    assert_eq!(file.into_vec::<f32>().unwrap(), [1.0, 2.0, 3.0, 4.5, 5.0, 6.0]);
    assert_eq!((bytes.len() - 24) % 64, 0, "the numbers are aligned as numpy does");
}

#[test]
fn what_is_written_is_read_back() {
    let dir = Scratch::new();
    let rows = [0.1f64, -2e-300, 3.0, 1e300];
    for (kind, name) in [(OutputKind::Npy, "x.npy"), (OutputKind::Csv, "x.csv")] {
        assert_eq!(OutputKind::from_path(Path::new(name)).unwrap(), kind);
        let path = dir.file(name, encode_rows(kind, &rows, 2, None).unwrap());
        let loaded = read(&path).unwrap();
        assert_eq!((loaded.patterns.as_slice(), loaded.patterns.features()), (&rows[..], 2));
    }
    let five: Vec<f64> = (0..20).map(|i| f64::from(i % 4)).collect();
    let path = dir.file("x.png", encode_rows(OutputKind::Png, &five, 4, Some((2, 2))).unwrap());
    let loaded = read(&path).unwrap();
    assert_eq!(loaded.image, Some((6, 4)), "five pictures of 2 x 2, two in a row");
    assert_eq!(loaded.patterns.as_slice()[..8], [0.0, 85.0, 0.0, 85.0, 170.0, 255.0, 170.0, 255.0]);
    let path = dir.file("y.png", encode_rows(OutputKind::Png, &five, 4, None).unwrap());
    assert_eq!(read(&path).unwrap().image, Some((5, 4)));
}

#[test]
fn a_link_to_standard_output_is_not_renamed_over() {
    let dir = Scratch::new();
    symlink("/dev/stdout", dir.path("out.npy")).unwrap();
    check_output(&dir.path("out.npy"), Refuse).unwrap();
    check_output(Path::new("-"), Refuse).unwrap();
    check_output(Path::new("/dev/stderr"), Refuse).unwrap();
}

#[test]
fn a_reader_sees_the_old_file_or_the_new_one() {
    let dir = Scratch::new();
    let path = dir.file("x", vec![0u8; 1 << 16]);
    let writer = std::thread::spawn({
        let path = path.clone();
        move || (1..50u8).for_each(|i| write_output(&path, Replace, &vec![i; 1 << 16]).unwrap())
    });
    while !writer.is_finished() {
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes, vec![bytes[0]; 1 << 16]);
    }
    writer.join().unwrap();
    assert_eq!(dir.names(), ["x"]);
}
