//! Numbers and shapes that code forgets.

use std::fmt::Debug;

/// Lengths around the sizes of lanes, panels and tiles.
pub const LENGTHS: [usize; 10] = [0, 1, 2, 3, 7, 8, 9, 63, 64, 65];

/// What a call is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fed {
    /// Finite numbers only: no NaN may come out.
    Finite,
    /// A NaN or an infinity among them.
    NotFinite,
}

impl Fed {
    /// That of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if self == Self::Finite { other } else { self }
    }
}

/// `f32` or `f64`.
pub trait Number: Copy + Debug {
    /// The hostile numbers of the type, the tame ones first.
    const HOSTILE: [Self; 20];
    /// Whether it is a finite number.
    fn finite(self) -> bool;
}

macro_rules! number {
    ($t:ident, $tiny:expr, $huge:expr) => {
        impl Number for $t {
            const HOSTILE: [Self; 20] = [
                1.0,
                -1.0,
                0.0,
                -0.0,
                $t::EPSILON,
                0.75,
                -3.5,
                $tiny,
                -$tiny,
                $huge,
                -$huge,
                $t::MIN_POSITIVE,
                $t::from_bits(1),
                $t::MAX / 2.0,
                $t::MAX,
                -$t::MAX,
                710.0,
                $t::INFINITY,
                $t::NEG_INFINITY,
                $t::NAN,
            ];
            fn finite(self) -> bool {
                self.is_finite()
            }
        }
    };
}

number!(f32, 1e-30, 1e30);
number!(f64, 1e-300, 1e300);

/// The hostile numbers.
pub fn floats<T: Number>() -> impl Iterator<Item = T> {
    T::HOSTILE.into_iter()
}

/// Whether all of them are finite.
pub fn fed<T: Number>(numbers: &[T]) -> Fed {
    if numbers.iter().all(|x| x.finite()) { Fed::Finite } else { Fed::NotFinite }
}

/// Vectors of n numbers: one number throughout, one among ones and zeros, first and last, two that
/// alternate, and all of them in turn.
pub fn vectors<T: Number>(n: usize) -> Vec<Vec<T>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let [one, minus, zero, ..] = T::HOSTILE;
    let plain = |i: usize| if i.is_multiple_of(3) { zero } else { one };
    let mut all = vec![(0..n).map(plain).collect::<Vec<_>>()];
    for x in floats::<T>() {
        all.push(vec![x; n]);
        for place in [0, n - 1] {
            all.push((0..n).map(|i| if i == place { x } else { plain(i) }).collect());
        }
        all.push((0..n).map(|i| if i.is_multiple_of(2) { x } else { minus }).collect());
    }
    all.push(T::HOSTILE.into_iter().filter(|x| x.finite()).cycle().take(n).collect());
    all.push(T::HOSTILE.into_iter().cycle().take(n).collect());
    all
}
