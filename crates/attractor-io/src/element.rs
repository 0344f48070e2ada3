//! The number types of the binary formats, and how their bytes become a [`Real`].

use attractor_lagrangian::Real;

/// A number type as it stands in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Element {
    Bool,
    I8,
    U8,
    I16,
    U16,
    I32,
    U32,
    I64,
    U64,
    F16,
    BF16,
    F32,
    F64,
}

/// The order of the bytes of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endian {
    Little,
    Big,
}

impl Element {
    /// Bytes of one number.
    pub(crate) fn size(self) -> usize {
        match self {
            Self::Bool | Self::I8 | Self::U8 => 1,
            Self::I16 | Self::U16 | Self::F16 | Self::BF16 => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::I64 | Self::U64 | Self::F64 => 8,
        }
    }

    /// The numbers of `bytes`, each to the nearest `T`.
    pub(crate) fn decode<T: Real>(self, bytes: &[u8], endian: Endian) -> Vec<T> {
        let mut out = Vec::with_capacity(bytes.len() / self.size());
        self.decode_into(bytes, endian, &mut out);
        out
    }

    /// Appends them.
    pub(crate) fn decode_into<T: Real>(self, bytes: &[u8], endian: Endian, out: &mut Vec<T>) {
        match self {
            Self::Bool => each(bytes, endian, out, |[b]: [u8; 1]| f64::from(u8::from(b != 0))),
            Self::I8 => each(bytes, endian, out, |b| f64::from(i8::from_le_bytes(b))),
            Self::U8 => each(bytes, endian, out, |[b]: [u8; 1]| f64::from(b)),
            Self::I16 => each(bytes, endian, out, |b| f64::from(i16::from_le_bytes(b))),
            Self::U16 => each(bytes, endian, out, |b| f64::from(u16::from_le_bytes(b))),
            Self::I32 => each(bytes, endian, out, |b| f64::from(i32::from_le_bytes(b))),
            Self::U32 => each(bytes, endian, out, |b| f64::from(u32::from_le_bytes(b))),
            Self::I64 => each(bytes, endian, out, |b| i64::from_le_bytes(b) as f64),
            Self::U64 => each(bytes, endian, out, |b| u64::from_le_bytes(b) as f64),
            Self::F16 => each(bytes, endian, out, |b| half(u16::from_le_bytes(b))),
            Self::BF16 => each(bytes, endian, out, |b| brain(u16::from_le_bytes(b))),
            Self::F32 => each(bytes, endian, out, |b| f64::from(f32::from_le_bytes(b))),
            Self::F64 => each(bytes, endian, out, f64::from_le_bytes),
        }
    }
}

fn each<const K: usize, T: Real>(
    bytes: &[u8],
    endian: Endian,
    out: &mut Vec<T>,
    number: impl Fn([u8; K]) -> f64,
) {
    let little = |mut b: [u8; K]| {
        if endian == Endian::Big {
            b.reverse();
        }
        b
    };
    out.extend(bytes.as_chunks::<K>().0.iter().map(|b| T::of(number(little(*b)))));
}

/// IEEE half precision: 1 sign, 5 exponent and 10 fraction bits.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f64::from(bits & 0x3ff);
    match bits >> 10 & 0x1f {
        0 => sign * fraction * 2f64.powi(-24),
        31 if fraction > 0.0 => f64::NAN,
        31 => sign * f64::INFINITY,
        exponent => sign * (1024.0 + fraction) * 2f64.powi(i32::from(exponent) - 25),
    }
}

/// Bfloat16: the upper half of an `f32`.
fn brain(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// The bytes of `numbers` as little-endian `f32` or `f64`, whichever `T` is.
pub(crate) fn encode<T: Real>(numbers: &[T], out: &mut Vec<u8>) {
    if T::NAME == "f32" {
        out.extend(numbers.iter().flat_map(|x| (x.f64() as f32).to_le_bytes()));
    } else {
        out.extend(numbers.iter().flat_map(|x| x.f64().to_le_bytes()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_brain_floats_have_their_known_values() {
        let halves = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 2f64.powi(-24)),
            (0x0400, 2f64.powi(-14)),
            (0x3555, 0.333_251_953_125_f64),
        ];
        for (bits, value) in halves {
            assert_eq!(half(bits).to_bits(), value.to_bits());
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
        assert_eq!(brain(0x3fc0).to_bits(), 1.5f64.to_bits());
    }

    #[test]
    fn both_byte_orders_give_the_same_numbers() {
        let little: Vec<f64> = Element::I16.decode(&[1, 0, 0xff, 0xff], Endian::Little);
        let big: Vec<f64> = Element::I16.decode(&[0, 1, 0xff, 0xff], Endian::Big);
        assert_eq!(little, [1.0, -1.0]);
        assert_eq!(little, big);
    }

    #[test]
    fn written_numbers_are_read_back() {
        let numbers = [1.5f32, -0.0, 1e-40];
        let mut bytes = Vec::new();
        encode(&numbers, &mut bytes);
        assert_eq!(bytes.len(), 12);
        assert_eq!(Element::F32.decode::<f32>(&bytes, Endian::Little), numbers);
    }
}
