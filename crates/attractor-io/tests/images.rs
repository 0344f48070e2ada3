//! Pictures, alone and by the folder.

mod common;

use attractor_io::{Format, IoError};
use common::*;
use png::{BitDepth, ColorType};

#[test]
fn every_kind_of_picture_becomes_grey() {
    let dir = Scratch::new();
    let palette = [0, 0, 0, 255, 255, 255, 200, 100, 50];
    let cases: [(Vec<u8>, &[f64]); 7] = [
        (grey(2, 2, &[0, 1, 254, 255]), &[0.0, 1.0, 254.0, 255.0]),
        (
            png(2, 1, ColorType::Grayscale, BitDepth::Sixteen, None, &[1, 0, 255, 255]),
            &[256.0, 65535.0],
        ),
        (png(2, 1, ColorType::Grayscale, BitDepth::One, None, &[0b0100_0000]), &[0.0, 255.0]),
        (png(2, 1, ColorType::Rgb, BitDepth::Eight, None, &[9, 9, 9, 200, 100, 50]), &[9.0, 124.2]),
        (png(1, 1, ColorType::Rgba, BitDepth::Eight, None, &[200, 100, 50, 3]), &[124.2]),
        (png(1, 1, ColorType::GrayscaleAlpha, BitDepth::Eight, None, &[77, 0]), &[77.0]),
        (
            png(3, 1, ColorType::Indexed, BitDepth::Eight, Some(&palette), &[1, 0, 2]),
            &[255.0, 0.0, 124.2],
        ),
    ];
    for (index, (file, expected)) in cases.into_iter().enumerate() {
        let loaded = read(&dir.file("x", file)).unwrap();
        assert_eq!(loaded.patterns.as_slice(), expected, "picture {index}");
        assert_eq!(loaded.format, Format::Png);
    }
}

#[test]
fn a_folder_is_read_in_name_order() {
    let dir = Scratch::new();
    dir.file("b.png", grey(2, 1, &[3, 4]));
    dir.file("a.PNG", grey(2, 1, &[1, 2]));
    dir.file("notes.txt", "not a picture");
    let loaded = read(&dir.path("")).unwrap();
    assert_eq!(
        (loaded.patterns.as_slice(), loaded.image),
        (&[1.0, 2.0, 3.0, 4.0][..], Some((1, 2)))
    );
    let odd = dir.file("c.png", grey(1, 2, &[3, 4]));
    let error = read(&dir.path("")).unwrap_err();
    assert_says(&odd, &error, &["is 2 x 1 pixels, the pictures before it are 1 x 2"]);
}

#[test]
fn a_folder_without_pictures_says_so() {
    let dir = Scratch::new();
    let path = dir.path("");
    assert_says(&path, &read(&path).unwrap_err(), &["no .png file"]);
    let bad = dir.file("x.png", "text");
    assert_says(&bad, &read(&path).unwrap_err(), &["PNG"]);
}

#[test]
fn a_picture_larger_than_its_file_justifies_is_refused() {
    let dir = Scratch::new();
    let path = dir.file("bomb.png", grey(8000, 8000, &vec![0; 64_000_000]));
    let error = read(&path).unwrap_err();
    assert!(matches!(error, IoError::TooLarge { .. }), "{error}");
}
