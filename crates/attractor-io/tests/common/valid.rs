//! Small valid files of every kind that is read.

use super::*;
use attractor_io::{Memory, Overwrite, save_memory_as};
use attractor_synapse::{MemoryId, Normalization, Normalize, Patterns, Precision};
use png::{BitDepth, ColorType};

pub(crate) fn npys() -> Vec<Vec<u8>> {
    let halves = [0x3c00u16, 0xc000, 0x3800, 0x5640];
    let halves: Vec<u8> = halves.iter().flat_map(|x| x.to_le_bytes()).collect();
    vec![
        npy_f64(&[1.0, -2.0, 0.5, 4.0, 5.0, 6e10], &[2, 3]),
        npy(&[1f32, 2.0, 3.0, 4.0, 5.0, -0.25], &[3, 2], "<f4", npyz::Order::Fortran),
        npy(&[1i32, -2, 3, 1 << 30], &[2, 2], "<i4", npyz::Order::C),
        npy(&[1u8, 0, 1, 1, 0, 0, 1, 1], &[2, 2, 2], "|u1", npyz::Order::C),
        raw_npy("<f2", &halves),
    ]
}

/// Of one dimension, of a type that the other hand does not write.
fn raw_npy(descr: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': (4,), }}\n");
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\0", &length[..], header.as_bytes(), data].concat()
}

pub(crate) fn npzs() -> Vec<Vec<u8>> {
    let member = |at: usize| npys().swap_remove(at);
    vec![
        zipped(&[("a.npy", member(0))], CompressionMethod::Stored),
        zipped(&[("a.npy", member(0)), ("b.npy", member(0))], CompressionMethod::Deflated),
    ]
}

pub(crate) fn texts() -> Vec<Vec<u8>> {
    let texts = [
        "1,2\n3,4\n",
        "x;y\n# two\n\n1.5;2e3\n-3;+4\n",
        "1\t2\r\n3\t4\r\n",
        "1  2\n 3 4",
        "\u{feff}\"1\",\"-0.0\"\n1e-320,1e30\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).into()
}

pub(crate) fn idxs() -> Vec<Vec<u8>> {
    vec![
        idx(0x08, &[2, 2, 3], &[7; 12]),
        idx(0x08, &[5], &[0, 1, 2, 3, 4]),
        idx(0x0b, &[2, 2], &[0, 1, 0, 2, 0xff, 3, 0, 4]),
        idx(0x0e, &[1, 1], &1.5f64.to_be_bytes()),
    ]
}

pub(crate) fn pngs() -> Vec<Vec<u8>> {
    vec![
        grey(3, 2, &[0, 50, 100, 150, 200, 250]),
        png(2, 1, ColorType::Grayscale, BitDepth::Sixteen, None, &[1, 2, 3, 4]),
        png(9, 2, ColorType::Grayscale, BitDepth::One, None, &[0xaa, 0x80, 0x55, 0]),
        png(2, 2, ColorType::Rgb, BitDepth::Eight, None, &[9; 12]),
        png(1, 2, ColorType::GrayscaleAlpha, BitDepth::Eight, None, &[1, 2, 3, 4]),
        png(1, 1, ColorType::Rgba, BitDepth::Sixteen, None, &[8; 8]),
        png(3, 1, ColorType::Indexed, BitDepth::Two, Some(&[5; 12]), &[0x18]),
    ]
}

pub(crate) fn tensors() -> Vec<Vec<u8>> {
    let two = r#"{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"F64","shape":[1,2],"data_offsets":[16,32]}}"#;
    let small = r#"{"a":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]},"b":{"dtype":"I8","shape":[],"data_offsets":[4,5]},"__metadata__":{"k":"v"}}"#;
    vec![safetensors(two, &[0x3f; 32]), safetensors(small, &[0x3f; 5])]
}

pub(crate) fn labels() -> Vec<Vec<u8>> {
    let names = "cat\n\"a \"\"big\"\" dog\"\nNew York, NY\n\n";
    let numbers = npy(&[3i64, -1, 9], &[3], "<i8", npyz::Order::C);
    vec![names.into(), numbers, idx(0x08, &[5], &[0, 1, 2, 3, 4])]
}

pub(crate) fn gzips() -> Vec<Vec<u8>> {
    let inner = [npys().remove(0), texts().remove(0), idxs().remove(0), pngs().remove(0)];
    inner.iter().chain(&tensors()).map(|bytes| gzipped(bytes)).collect()
}

pub(crate) fn configs() -> Vec<Vec<u8>> {
    let least = r#"{"model_type": "bert", "hidden_size": 8, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 16, "max_position_embeddings": 32}"#;
    let more = r#", "hidden_act": "gelu_new", "layer_norm_eps": 1e-12, "is_decoder": false}"#;
    vec![least.into(), least.replace('}', more).into()]
}

/// A memory file with its name, as [`memories`] makes them.
pub(crate) type Named = (&'static str, Vec<u8>);

/// Memory files of both versions: every precision and normalisation, labels, ids with gaps, pictures.
pub(crate) fn memories() -> Vec<Named> {
    use Normalize::{Center, None as Plain, Sign, Unit};
    vec![
        ("v1-f32-none", file::<f32>(Plain, Precision::F32, false)),
        ("v1-f64-center", file::<f64>(Center, Precision::F64, true)),
        ("v1-f32-unit", file::<f32>(Unit, Precision::F32, true)),
        ("v1-f64-sign", file::<f64>(Sign, Precision::F64, false)),
        ("v2-bf16-center", file::<f32>(Center, Precision::Bf16, true)),
        ("v2-int8-none", file::<f64>(Plain, Precision::Int8, true)),
        ("v2-bits-sign", file::<f32>(Sign, Precision::Bits, false)),
    ]
}

/// The numbers that the stated memories are made of.
pub(crate) const ROWS: [[f64; 6]; 4] = [
    [3.0, -4.0, 0.5, 0.0, 1.0, -1.0],
    [0.25, 2.0, -3.0, 8.0, 0.125, 5.0],
    [-1.0, 1.0, 1.0, -1.0, 2.0, -2.0],
    [10.0, 0.0, 0.0, 0.0, -0.5, 0.75],
];

/// Four pictures of 2 x 3 pixels; with `living`, the second one was forgotten, and the others have labels.
fn file<T: attractor_synapse::Element>(
    normalize: Normalize,
    precision: Precision,
    living: bool,
) -> Vec<u8> {
    let rows = ROWS.map(|row| row.map(T::of));
    let raw = Patterns::from_rows(&rows).unwrap();
    let normalization = Normalization::fit(normalize, &raw);
    let labels = living.then(|| ["a", "b", "\u{e9}\"", "d"].map(str::to_owned).to_vec());
    let patterns = normalization.apply(raw).unwrap();
    let mut memory = Memory::new(patterns, normalization, labels, Some((2, 3))).unwrap();
    if living {
        memory.forget(&[MemoryId(1)]).unwrap();
    }
    let dir = Scratch::new();
    save_memory_as(&dir.path("m"), &memory, precision, Overwrite::Refuse).unwrap();
    std::fs::read(dir.path("m")).unwrap()
}
