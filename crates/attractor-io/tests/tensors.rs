//! safetensors as tensors of any shape: read whole, written the same, refused by name and place.

mod common;

use attractor_io::{
    ErrorClass, IoError, NamedTensors, Source, Tensor, encode_tensors, read_tensors,
};
use common::*;
use proptest::prelude::*;
use std::path::Path;

fn tensors(path: &Path) -> Result<NamedTensors<f64>, IoError> {
    read_tensors(&Source::from(path))
}

fn tensor(shape: &[usize], data: &[f64]) -> Tensor<f64> {
    Tensor::new(shape.to_vec(), data.to_vec()).unwrap()
}

/// One tensor `x` of this type and shape.
fn single(dtype: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let end = data.len();
    let header =
        format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{end}]}}}}"#);
    safetensors(&header, data)
}

#[test]
fn every_type_is_read() {
    let dir = Scratch::new();
    let cases: [(&str, Vec<u8>); 13] = [
        ("BOOL", vec![1]),
        ("I8", vec![1]),
        ("U8", vec![1]),
        ("I16", 1i16.to_le_bytes().to_vec()),
        ("U16", 1u16.to_le_bytes().to_vec()),
        ("I32", 1i32.to_le_bytes().to_vec()),
        ("U32", 1u32.to_le_bytes().to_vec()),
        ("I64", 1i64.to_le_bytes().to_vec()),
        ("U64", 1u64.to_le_bytes().to_vec()),
        ("F16", vec![0x00, 0x3c]),
        ("BF16", vec![0x80, 0x3f]),
        ("F32", 1f32.to_le_bytes().to_vec()),
        ("F64", 1f64.to_le_bytes().to_vec()),
    ];
    for (dtype, data) in cases {
        let path = dir.file("x", single(dtype, "[1]", &data));
        assert_eq!(tensors(&path).unwrap().get("x"), Some(&tensor(&[1], &[1.0])), "{dtype}");
    }
}

#[test]
fn a_network_with_positions_scalars_and_empty_tensors_is_read_whole() {
    let dir = Scratch::new();
    let header = r#"{"__metadata__":{"format":"pt"},
        "position_ids":{"dtype":"I64","shape":[1,2],"data_offsets":[0,16]},
        "scale":{"dtype":"F32","shape":[],"data_offsets":[16,20]},
        "none":{"dtype":"F32","shape":[0,3],"data_offsets":[20,20]},
        "weight":{"dtype":"F16","shape":[1,1,2],"data_offsets":[20,24]}}"#;
    let data = [
        &0i64.to_le_bytes()[..],
        &1i64.to_le_bytes(),
        &0.5f32.to_le_bytes(),
        &[0x00, 0x3c, 0x00, 0xc0],
    ];
    for file in [safetensors(header, &data.concat()), gzipped(&safetensors(header, &data.concat()))]
    {
        let all = tensors(&dir.file("model.safetensors", file)).unwrap();
        let names: Vec<_> = all.names().collect();
        assert_eq!(names, ["none", "position_ids", "scale", "weight"]);
        assert_eq!(all.get("position_ids"), Some(&tensor(&[1, 2], &[0.0, 1.0])));
        assert_eq!(all.get("scale"), Some(&tensor(&[], &[0.5])));
        assert_eq!(all.get("none"), Some(&tensor(&[0, 3], &[])));
        assert_eq!(all.get("weight"), Some(&tensor(&[1, 1, 2], &[1.0, -2.0])));
        assert_eq!(all.get("bias"), None);
    }
}

#[test]
fn a_number_that_is_not_finite_is_named_with_its_place() {
    let dir = Scratch::new();
    let data: Vec<u8> = [1.0, 2.0, 3.0, f64::NAN].iter().flat_map(|x| x.to_le_bytes()).collect();
    let path = dir.file("x", single("F64", "[2,2]", &data));
    assert_says(&path, &tensors(&path).unwrap_err(), &["tensor \"x\"", "at [1, 1] is NaN"]);
    let long = "encoder.layer.3.attention.self.query.bias"; // more than a value is shown of
    let text = format!(r#"{{"{long}":{{"dtype":"F64","shape":[4],"data_offsets":[0,32]}}}}"#);
    let path = dir.file("z", safetensors(&text, &data));
    assert_says(&path, &tensors(&path).unwrap_err(), &[long, "at [3] is NaN"]);
    let large = dir.file("y", single("F64", "[]", &1e300f64.to_le_bytes()));
    let error = read_tensors::<f32>(&Source::from(&*large)).unwrap_err();
    assert_says(&large, &error, &["tensor \"x\"", "at [] is inf", "f64"]);
}

#[test]
fn what_holds_no_tensors_is_refused_by_place() {
    let dir = Scratch::new();
    let huge = "[18446744073709551615,2]";
    let cases = [
        (npy_f64(&[1.0], &[1]), "is no safetensors file"),
        (b"1,2\n".to_vec(), "is no safetensors file"),
        (Vec::new(), "is empty"),
        (single("F8_E4M3", "[1]", &[0]), "tensor \"x\": safetensors: numbers of type F8_E4M3"),
        (single("F32", "[2]", &[0; 4]), "header: invalid"),
        (single("F32", huge, &[0; 4]), "header: "),
        (single("F32", "[1]", &[0; 4])[..60].to_vec(), "header: "),
        (safetensors("{\"x\":", &[]), "header: invalid JSON"),
        (
            [&(1u64 << 31).to_le_bytes()[..], b"{}"].concat(),
            "the header exceeds the limit of 100000000",
        ),
        (single("F32", "[1,", &[0; 4]), "header: "),
    ];
    for (file, expected) in cases {
        let path = dir.file("bad.safetensors", file);
        let error = tensors(&path).unwrap_err();
        assert_says(&path, &error, &[expected]);
        assert_eq!(error.class(), ErrorClass::Input);
    }
    assert!(matches!(tensors(&dir.path("absent")), Err(IoError::Read { .. })));
    assert!(matches!(tensors(&dir.path("")), Err(IoError::Read { .. })), "a folder");
}

fn any_tensor() -> impl Strategy<Value = Tensor<f64>> {
    prop::collection::vec(0usize..4, 0..4).prop_flat_map(|shape| {
        let count = shape.iter().product::<usize>();
        prop::collection::vec(-1e300..1e300f64, count)
            .prop_map(move |data| Tensor::new(shape.clone(), data).unwrap())
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(named in prop::collection::btree_map("[a-z.\"é]{0,6}", any_tensor(), 0..5)) {
        let dir = Scratch::new();
        let written = NamedTensors::new(named).unwrap();
        let bytes = encode_tensors(&written);
        prop_assert_eq!(&bytes, &encode_tensors(&written));
        prop_assert_eq!(tensors(&dir.file("x", bytes)).unwrap(), written);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), header in ".{0,80}") {
        let dir = Scratch::new();
        let _ = tensors(&dir.file("x", safetensors(&format!("{{{header}"), &bytes)));
        let mut file = single("F32", "[2]", &[0; 8]);
        for (at, byte) in bytes.iter().enumerate() {
            let place = at * 7 % file.len();
            file[place] ^= byte & 1;
        }
        let _ = tensors(&dir.file("y", file));
    }
}
