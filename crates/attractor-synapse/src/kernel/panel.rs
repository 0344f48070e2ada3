//! S = ΞVᵀ with the queries in the lanes: a panel is as many queries as two vectors hold.

use super::{Vector, lanes, splat};
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// Features at a time.
const BLOCK: usize = 192;

/// Writes the numbers of `queries` (q × d, row by row) as a panel, d × `width`; what is left is 0.
pub(crate) fn pack<T: Real>(queries: &[T], width: usize, panel: &mut [T]) {
    let d = panel.len() / width;
    panel.fill(T::ZERO);
    for (q, query) in queries.chunks_exact(d).enumerate() {
        panel.iter_mut().skip(q).step_by(width).zip(query).for_each(|(to, x)| *to = *x);
    }
}

/// `out` (n × `width`) = `memories` (n × d) · `panel` (d × `width`), of one or two vectors' width.
pub(crate) fn scores<T: Real>(memories: &[T], panel: &[T], width: usize, out: &mut [T]) {
    scores_on(Arch::new(), memories, panel, width, out);
}

pub(super) fn scores_on<T: Real>(
    arch: Arch,
    memories: &[T],
    panel: &[T],
    width: usize,
    out: &mut [T],
) {
    arch.dispatch(Scores { memories, panel, width, out });
}

struct Scores<'a, T> {
    memories: &'a [T],
    panel: &'a [T],
    width: usize,
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Scores<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { memories, panel, width, out } = self;
        let (panel, out) = (T::lanes::<S>(panel).0, T::lanes_mut::<S>(out).0);
        // sums fill most of the registers, so that few loads go with many multiplications; more than twelve rows have
        // no registers for where they are
        match (width / lanes::<S, T>(), S::REGISTER_COUNT >= 32) {
            (1, _) => {
                strips::<S, T, 12, 1>(simd, memories, panel.as_chunks().0, out.as_chunks_mut().0);
            }
            (2, false) => {
                strips::<S, T, 6, 2>(simd, memories, panel.as_chunks().0, out.as_chunks_mut().0);
            }
            (2, true) => {
                strips::<S, T, 12, 2>(simd, memories, panel.as_chunks().0, out.as_chunks_mut().0);
            }
            (vectors, _) => unreachable!("a panel of {vectors} vectors"),
        }
    }
}

/// Block by block of features, so that a block of the panel stays in the nearest cache.
#[inline(always)]
fn strips<S: Simd, T: Real, const ROWS: usize, const WIDE: usize>(
    simd: S,
    memories: &[T],
    panel: &[[Vector<S, T>; WIDE]],
    out: &mut [[Vector<S, T>; WIDE]],
) {
    let d = panel.len();
    out.fill([splat(simd, T::ZERO); WIDE]);
    for (i, panel) in panel.chunks(BLOCK).enumerate() {
        let block = Block { simd, d, from: i * BLOCK, panel };
        block.add::<ROWS>(memories, out);
    }
}

/// Rows, and where their sums go.
type Left<'a, S, T, const WIDE: usize> = (&'a [T], &'a mut [[Vector<S, T>; WIDE]]);

/// Some of the features of a panel.
struct Block<'a, S: Simd, T: Real, const WIDE: usize> {
    simd: S,
    d: usize,
    from: usize,
    panel: &'a [[Vector<S, T>; WIDE]],
}

impl<S: Simd, T: Real, const WIDE: usize> Block<'_, S, T, WIDE> {
    /// As many rows at a time as there are registers for, then four, and the rest one by one.
    #[inline(always)]
    fn add<const ROWS: usize>(&self, memories: &[T], out: &mut [[Vector<S, T>; WIDE]]) {
        let (memories, out) = self.add_strips::<ROWS>(memories, out);
        let (memories, out) = self.add_strips::<4>(memories, out);
        self.add_strips::<1>(memories, out);
    }

    /// As many whole strips of so many rows as there are; returns what is left.
    #[inline(always)]
    fn add_strips<'a, const ROWS: usize>(
        &self,
        memories: &'a [T],
        out: &'a mut [[Vector<S, T>; WIDE]],
    ) -> Left<'a, S, T, WIDE> {
        let (out, end) = out.as_chunks_mut::<ROWS>();
        let (memories, rest) = memories.split_at(out.len() * ROWS * self.d);
        for (rows, out) in memories.chunks_exact(ROWS * self.d).zip(out) {
            *out = self.strip(rows, *out);
        }
        (rest, end)
    }

    #[inline(always)]
    fn strip<const ROWS: usize>(
        &self,
        memories: &[T],
        mut sums: [[Vector<S, T>; WIDE]; ROWS],
    ) -> [[Vector<S, T>; WIDE]; ROWS] {
        let mut rows: [&[T]; ROWS] = [&[]; ROWS];
        for (i, row) in rows.iter_mut().enumerate() {
            *row = &memories[i * self.d + self.from..][..self.panel.len()];
        }
        for (k, x) in self.panel.iter().enumerate() {
            for (row, sums) in rows.iter().zip(&mut sums) {
                let xi = splat(self.simd, row[k]);
                for (sum, x) in sums.iter_mut().zip(x) {
                    *sum = T::lanes_mul_add(self.simd, xi, *x, *sum);
                }
            }
        }
        sums
    }
}
