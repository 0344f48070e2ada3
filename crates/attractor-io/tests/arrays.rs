//! npy, npz, IDX and safetensors: what other programs write is read, what is broken is named.

mod common;

use attractor_io::{ErrorClass, Format, IoError, ReadOptions, Source, read_labels, read_patterns};
use common::*;
use npyz::Order::{C, Fortran};
use proptest::prelude::*;
use zip::CompressionMethod::{Deflated, Stored};

const SIX: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];

#[test]
fn npy_of_every_type_order_and_endian_is_read() {
    let dir = Scratch::new();
    let bytes: [u8; 6] = [1, 2, 3, 4, 5, 6];
    let in_columns = [1.0, 4.0, 2.0, 5.0, 3.0, 6.0];
    let files = [
        npy(&SIX, &[2, 3], "<f8", C),
        npy(&SIX, &[2, 3], ">f8", C),
        npy(&SIX.map(|x| x as f32), &[2, 3], "<f4", C),
        npy(&in_columns, &[2, 3], "<f8", Fortran),
        npy(&in_columns.map(|x| x as f32), &[2, 3], ">f4", Fortran),
        npy(&bytes, &[2, 3], "|u1", C),
        npy(&bytes.map(|b| b as i8), &[2, 3], "|i1", C),
        npy(&bytes.map(u16::from), &[2, 3], ">u2", C),
        npy(&bytes.map(i16::from), &[2, 3], "<i2", C),
        npy(&bytes.map(u32::from), &[2, 3], "<u4", C),
        npy(&bytes.map(i32::from), &[2, 3], ">i4", C),
        npy(&bytes.map(u64::from), &[2, 3], ">u8", C),
        npy(&bytes.map(i64::from), &[2, 3], "<i8", C),
    ];
    for (index, file) in files.into_iter().enumerate() {
        let loaded = read(&dir.file("x", file)).unwrap_or_else(|e| panic!("file {index}: {e}"));
        assert_eq!(loaded.patterns.as_slice(), SIX, "file {index}");
        assert_eq!((loaded.patterns.features(), loaded.format), (3, Format::Npy));
    }
    let bools = npy(&[true, false], &[2], "|b1", C);
    assert_eq!(read(&dir.file("b", bools)).unwrap().patterns.as_slice(), [1.0, 0.0]);
}

#[test]
fn npy_versions_and_dimensions_have_their_meaning() {
    let dir = Scratch::new();
    let one = read(&dir.file("a", npy_f64(&SIX, &[6]))).unwrap();
    assert_eq!((one.patterns.len(), one.patterns.features(), one.image), (1, 6, None));
    let images = read(&dir.file("b", npy_f64(&SIX, &[1, 2, 3]))).unwrap();
    assert_eq!((images.patterns.len(), images.image), (1, Some((2, 3))));
    let v1 = npy_f64(&SIX, &[2, 3]);
    for version in [2, 3] {
        let length = u32::from(u16::from_le_bytes([v1[8], v1[9]])).to_le_bytes();
        let file = [b"\x93NUMPY", &[version, 0][..], &length, &v1[10..]].concat();
        assert_eq!(read(&dir.file("c", file)).unwrap().patterns.as_slice(), SIX);
    }
}

#[test]
fn npy_that_holds_no_patterns_is_refused_by_place() {
    let dir = Scratch::new();
    let header = |text: &str| {
        let length = (text.len() as u16).to_le_bytes();
        [b"\x93NUMPY\x01\x00", &length[..], text.as_bytes(), &[0; 64]].concat()
    };
    let with_shape = |shape: &str| {
        header(&format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}"))
    };
    let cases = [
        (with_shape("(0, 3)"), "shape [0, 3] holds no patterns"),
        (with_shape("()"), "shape [] holds no patterns"),
        (with_shape("(4294967296, 4294967296)"), "holds no patterns"),
        (with_shape("(1, 2, 2, 2)"), "shape [1, 2, 2, 2] holds no patterns"),
        (with_shape("(9,)"), "numbers: 72 bytes are declared and 64 are there"),
        (with_shape("(7,)"), "8 bytes follow the end"),
        (header("{'descr': '<c16', 'fortran_order': False, 'shape': (4,)}"), "type <c16"),
        (header("{'descr': '|O', 'fortran_order': False, 'shape': (8,)}"), "type |O"),
        (header(&"(".repeat(60_000)), "header: \"{\" expected"),
        (b"\x93NUMPY\x09\x00ab".to_vec(), "version 9.0 is unknown"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}".to_vec(), "header: 4294967307 bytes are declared"),
        (npy_f64(&[1.0, 2.0, 3.0, f64::NAN], &[2, 2]), "pattern 1, feature 1 is NaN"),
    ];
    for (file, expected) in cases {
        let path = dir.file("bad.npy", file);
        let error = read(&path).unwrap_err();
        assert_says(&path, &error, &[expected]);
        assert_eq!(error.class(), ErrorClass::Input);
    }
}

#[test]
fn a_number_beyond_f32_is_named() {
    let dir = Scratch::new();
    let path = dir.file("big.npy", npy_f64(&[1.0, 1e300], &[1, 2]));
    let error = read_patterns::<f32>(&Source::from(&*path), &ReadOptions::default()).unwrap_err();
    assert_says(&path, &error, &["pattern 0, feature 1", "--dtype f64"]);
}

/// The same array with a type that is not read.
fn of_bytes_strings(npy: &[u8]) -> Vec<u8> {
    let at = npy.windows(3).position(|w| w == b"|u1").unwrap();
    [&npy[..at], b"|S1", &npy[at + 3..]].concat()
}

#[test]
fn npz_gives_all_matrices_in_name_order_or_the_one_named() {
    let dir = Scratch::new();
    for method in [Stored, Deflated] {
        let members = [
            ("b.npy", npy_f64(&[5.0, 6.0], &[1, 2])),
            ("a.npy", npy_f64(&[1.0, 2.0, 3.0, 4.0], &[2, 2])),
            ("mean.npy", npy_f64(&[9.0], &[1])),
            ("words.npy", of_bytes_strings(&npy(&[7u8; 4], &[4], "|u1", C))),
        ];
        let path = dir.file("x.npz", zipped(&members, method));
        assert_eq!(read(&path).unwrap().patterns.as_slice(), SIX);
        assert_eq!(read_array(&path, "b").unwrap().patterns.as_slice(), [5.0, 6.0]);
        assert_eq!(read_array(&path, "mean").unwrap().patterns.as_slice(), [9.0]);
        let error = read_array(&path, "c").unwrap_err();
        assert_says(
            &path,
            &error,
            &["no array \"c\"", "\"a\" [2, 2], \"b\" [1, 2]", "\"mean\" [1]"],
        );
    }
}

#[test]
fn npz_that_does_not_fit_is_refused_by_array() {
    let dir = Scratch::new();
    let members = [("a.npy", npy_f64(&SIX, &[3, 2])), ("b.npy", npy_f64(&SIX, &[2, 3]))];
    let path = dir.file("x.npz", zipped(&members, Stored));
    let error = read(&path).unwrap_err();
    assert_says(&path, &error, &["array \"b\"", "has 3 features, the arrays before it have 2"]);
    let path = dir.file("y.npz", zipped(&[("a.npy", npy_f64(&SIX, &[6]))], Stored));
    assert_says(&path, &read(&path).unwrap_err(), &["no array of two dimensions", "\"a\" [6]"]);
    let path = dir.file("z.npz", zipped(&[], Stored));
    assert_says(&path, &read(&path).unwrap_err(), &["no arrays at all"]);
}

#[test]
fn bombs_are_refused_by_name() {
    let dir = Scratch::new();
    let zeros = npy_f64(&vec![0.0; 3 << 20], &[1, 3 << 20]);
    let path = dir.file("bomb.npz", zipped(&[("a.npy", zeros.clone())], Deflated));
    let error = read(&path).unwrap_err();
    assert!(matches!(error, IoError::TooLarge { .. }), "{error}");
    assert_says(&path, &error, &["array \"a\"", "exceeds the limit of", "--limit ratio="]);
    let path = dir.file("bomb.gz", gzipped(&zeros));
    assert_says(&path, &read(&path).unwrap_err(), &["exceeds the limit of", "--limit ratio="]);
}

#[test]
fn idx_of_every_type_is_read_gzipped_or_not() {
    let dir = Scratch::new();
    let big = |x: f64| x.to_be_bytes();
    let files = [
        idx(0x08, &[2, 3], &[1, 2, 3, 4, 5, 6]),
        idx(0x09, &[2, 3], &[1, 2, 3, 4, 5, 6]),
        idx(0x0b, &[2, 3], &SIX.map(|x| (x as i16).to_be_bytes()).concat()),
        idx(0x0c, &[2, 3], &SIX.map(|x| (x as i32).to_be_bytes()).concat()),
        idx(0x0d, &[2, 3], &SIX.map(|x| (x as f32).to_be_bytes()).concat()),
        idx(0x0e, &[2, 3], &SIX.map(big).concat()),
    ];
    for file in files {
        for bytes in [gzipped(&file), file] {
            let loaded = read(&dir.file("x", bytes)).unwrap();
            assert_eq!((loaded.patterns.as_slice(), loaded.format), (&SIX[..], Format::Idx));
        }
    }
    let images = read(&dir.file("i", idx(0x08, &[3, 1, 2], &[1, 2, 3, 4, 5, 6]))).unwrap();
    assert_eq!((images.patterns.len(), images.image), (3, Some((1, 2))));
}

#[test]
fn safetensors_of_every_type_are_read() {
    let dir = Scratch::new();
    let types: [(&str, Vec<u8>); 6] = [
        ("F64", [1.5f64, -2.0].map(f64::to_le_bytes).concat()),
        ("F32", [1.5f32, -2.0].map(f32::to_le_bytes).concat()),
        ("F16", [0x3e00u16, 0xc000].map(u16::to_le_bytes).concat()),
        ("BF16", [0x3fc0u16, 0xc000].map(u16::to_le_bytes).concat()),
        ("I8", vec![1, 0xfe]),
        ("U8", vec![1, 254]),
    ];
    for (dtype, data) in types {
        let header = format!(
            r#"{{"x":{{"dtype":"{dtype}","shape":[1,2],"data_offsets":[0,{}]}}}}"#,
            data.len()
        );
        let loaded = read(&dir.file("x", safetensors(&header, &data))).unwrap();
        let expected = match dtype {
            "I8" => [1.0, -2.0],
            "U8" => [1.0, 254.0],
            _ => [1.5, -2.0],
        };
        assert_eq!(
            (loaded.patterns.as_slice(), loaded.format),
            (&expected[..], Format::SafeTensors)
        );
    }
}

#[test]
fn safetensors_are_chosen_by_name() {
    let dir = Scratch::new();
    let header = r#"{"w":{"dtype":"U8","shape":[2,1],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]},"e":{"dtype":"F8_E4M3","shape":[1,1],"data_offsets":[4,5]}}"#;
    let path = dir.file("x.safetensors", safetensors(header, &[1, 2, 3, 4, 5]));
    assert_eq!(read_array(&path, "w").unwrap().patterns.as_slice(), [1.0, 2.0]);
    assert_eq!(read_array(&path, "b").unwrap().patterns.as_slice(), [3.0, 4.0]);
    assert_says(&path, &read_array(&path, "e").unwrap_err(), &["array \"e\"", "type F8_E4M3"]);
    assert_says(&path, &read_array(&path, "z").unwrap_err(), &["no array \"z\"", "\"b\" [2]"]);
    let plain = dir.file("p.npy", npy_f64(&SIX, &[6]));
    assert_says(&plain, &read_array(&plain, "w").unwrap_err(), &["npy", "no named arrays"]);
}

#[test]
fn labels_come_from_idx_npy_and_text() {
    let dir = Scratch::new();
    let labels = |bytes: Vec<u8>| read_labels(&Source::from(&*dir.file("l", bytes)));
    assert_eq!(labels(idx(0x08, &[3], &[7, 0, 9])).unwrap(), ["7", "0", "9"]);
    assert_eq!(labels(gzipped(&idx(0x08, &[1], &[7]))).unwrap(), ["7"]);
    assert_eq!(labels(npy(&[-1i64, 5], &[2], "<i8", C)).unwrap(), ["-1", "5"]);
    assert_eq!(labels(npy_f64(&[2.0], &[1])).unwrap(), ["2"]);
    assert_eq!(labels(gzipped(b"cat\ndog\n")).unwrap(), ["cat", "dog"]);
    assert!(matches!(labels(npy_f64(&[2.5], &[1])), Err(IoError::Label { index: 0, .. })));
    assert!(matches!(labels(npy_f64(&SIX, &[2, 3])), Err(IoError::LabelShape { .. })));
    assert!(matches!(labels(grey(1, 1, &[0])), Err(IoError::NotLabels { .. })));
    assert!(matches!(labels(vec![]), Err(IoError::Empty { .. })));
}

#[test]
fn every_truncation_is_an_error() {
    let dir = Scratch::new();
    // of 64 bytes, so that the first byte alone is no number in text
    let header = r#"{"x":{"dtype":"U8","shape":[2,3],"data_offsets":[0,6]}}         "#;
    let files = [
        npy_f64(&SIX, &[2, 3]),
        zipped(&[("a.npy", npy_f64(&SIX, &[2, 3]))], Stored),
        zipped(&[("a.npy", npy_f64(&SIX, &[2, 3]))], Deflated),
        idx(0x08, &[2, 3], &[1, 2, 3, 4, 5, 6]),
        safetensors(header, &[1, 2, 3, 4, 5, 6]),
        grey(3, 2, &[1, 2, 3, 4, 5, 6]),
        gzipped(&idx(0x08, &[2, 3], &[1, 2, 3, 4, 5, 6])),
    ];
    for (index, file) in files.iter().enumerate() {
        assert!(read(&dir.file("x", file)).is_ok(), "file {index}");
        for end in 0..file.len() {
            let path = dir.file("x", &file[..end]);
            let error = read(&path).expect_err(&format!("file {index} cut at {end}"));
            assert!(error.is_input(), "{error}");
        }
        let longer = dir.file("x", [&file[..], b"garbage"].concat());
        // a zip archive is read from its end, which may be a comment
        assert!(read(&longer).is_err() || (1..3).contains(&index), "file {index}");
    }
}

#[test]
fn what_is_no_format_is_refused() {
    let dir = Scratch::new();
    let path = dir.file("x", b"\x7fELF\x02\x01\x01\0");
    assert_says(&path, &read(&path).unwrap_err(), &["npy, npz, csv, IDX, PNG, safetensors"]);
    let path = dir.file("empty", b"");
    assert_says(&path, &read(&path).unwrap_err(), &["is empty"]);
    let path = dir.path("absent.npy");
    let error = read(&path).unwrap_err();
    assert_says(&path, &error, &["cannot be read"]);
    assert!(error.is_input());
}

proptest! {
    #[test]
    fn any_matrix_survives_npy(rows in 1u64..5, width in 1u64..5, seed: u32, fortran: bool) {
        let (n, d) = (rows as usize, width as usize);
        let numbers: Vec<f64> = (0..n * d).map(|i| f64::from(seed) / (i + 1) as f64).collect();
        let stored: Vec<f64> = match fortran {
            true => (0..n * d).map(|at| numbers[at % n * d + at / n]).collect(),
            false => numbers.clone(),
        };
        let dir = Scratch::new();
        let order = if fortran { Fortran } else { C };
        let loaded = read(&dir.file("x", npy(&stored, &[rows, width], ">f8", order))).unwrap();
        prop_assert_eq!(loaded.patterns.into_vec(), numbers);
    }

    #[test]
    fn no_corruption_makes_a_reader_panic(which in 0usize..5, flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..4)) {
        let header = r#"{"x":{"dtype":"U8","shape":[2,3],"data_offsets":[0,6]}}"#;
        let mut file = match which {
            0 => npy_f64(&SIX, &[2, 3]),
            1 => zipped(&[("a.npy", npy_f64(&SIX, &[2, 3]))], Deflated),
            2 => idx(0x08, &[2, 3], &[1, 2, 3, 4, 5, 6]),
            3 => safetensors(header, &[1, 2, 3, 4, 5, 6]),
            _ => grey(3, 2, &[1, 2, 3, 4, 5, 6]),
        };
        for (at, bit) in flips {
            let at = at.index(file.len());
            file[at] ^= 1 << bit;
        }
        let dir = Scratch::new();
        let _ = read(&dir.file("x", file));
    }
}

#[test]
fn very_many_members_count_together() {
    let dir = Scratch::new();
    // each is 64 kB of blanks, all of which is a header that does not end
    let blank = [b"\x93NUMPY\x02\0\0\0\x01\0".to_vec(), vec![b' '; 1 << 16]].concat();
    let members: Vec<_> = (0..200).map(|at| (format!("{at}.npy"), blank.clone())).collect();
    let members: Vec<_> = members.iter().map(|(name, bytes)| (&**name, bytes.clone())).collect();
    let path = dir.file("many.npz", zipped(&members, Deflated));
    assert!(read(&path).is_err());
    let array = npy_f64(&[0.0; 8000], &[1, 8000]);
    let members: Vec<_> = (0..200).map(|at| (format!("{at}.npy"), array.clone())).collect();
    let members: Vec<_> = members.iter().map(|(name, bytes)| (&**name, bytes.clone())).collect();
    let path = dir.file("many.npz", zipped(&members, Deflated));
    assert_says(&path, &read(&path).unwrap_err(), &["exceeds the limit", "--limit ratio="]);
}
