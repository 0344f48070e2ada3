//! S = ΞVᵀ with the queries in the lanes: a panel is as many queries as two vectors hold.

use super::{Vector, lanes, splat};
use crate::rows::Rows;
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
pub(crate) fn scores<T: Real>(memories: Rows<'_, T>, panel: &[T], width: usize, out: &mut [T]) {
    scores_on(Arch::new(), memories, panel, width, out);
}

pub(super) fn scores_on<T: Real>(
    arch: Arch,
    memories: Rows<'_, T>,
    panel: &[T],
    width: usize,
    out: &mut [T],
) {
    arch.dispatch(Scores { memories, panel, width, out });
}

struct Scores<'a, T> {
    memories: Rows<'a, T>,
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
    memories: Rows<'_, T>,
    panel: &[[Vector<S, T>; WIDE]],
    out: &mut [[Vector<S, T>; WIDE]],
) {
    let d = panel.len();
    for (i, panel) in panel.chunks(BLOCK).enumerate() {
        Block { simd, memories: memories.clone(), d, from: i * BLOCK, panel }.add::<ROWS>(out);
    }
}

/// Some of the features of a panel.
struct Block<'a, S: Simd, T: Real, const WIDE: usize> {
    simd: S,
    memories: Rows<'a, T>,
    d: usize,
    from: usize,
    panel: &'a [[Vector<S, T>; WIDE]],
}

impl<S: Simd, T: Real, const WIDE: usize> Block<'_, S, T, WIDE> {
    /// As many rows at a time as there are registers for, then four, and the rest one by one.
    #[inline(always)]
    fn add<const ROWS: usize>(&self, out: &mut [[Vector<S, T>; WIDE]]) {
        let at = self.strips::<ROWS>(0, out);
        let at = self.strips::<4>(at, out);
        self.strips::<1>(at, out);
    }

    /// As many whole strips of so many rows from one on as there are; the row after them.
    #[inline(always)]
    fn strips<const ROWS: usize>(&self, at: usize, out: &mut [[Vector<S, T>; WIDE]]) -> usize {
        let none = [[splat(self.simd, T::ZERO); WIDE]; ROWS];
        let strips = out[at..].as_chunks_mut::<ROWS>().0;
        let end = at + strips.len() * ROWS;
        let asks = !self.memories.next.is_empty();
        for (at, sums) in (at..).step_by(ROWS).zip(strips) {
            let begun = if self.from == 0 { none } else { *sums };
            *sums = if asks {
                self.strip::<ROWS, true>(at, begun)
            } else {
                self.strip::<ROWS, false>(at, begun)
            };
        }
        end
    }

    /// The question whether to ask takes as many instructions as the loads: where nothing is to be asked for, it is not put.
    #[inline(always)]
    fn strip<const ROWS: usize, const ASKS: bool>(
        &self,
        at: usize,
        mut sums: [[Vector<S, T>; WIDE]; ROWS],
    ) -> [[Vector<S, T>; WIDE]; ROWS] {
        let mut rows: [&[T]; ROWS] = [&[]; ROWS];
        for (i, row) in rows.iter_mut().enumerate() {
            *row = &self.memories.rows[(at + i) * self.d + self.from..][..self.panel.len()];
        }
        for (k, x) in self.panel.iter().enumerate() {
            // as much of the next tile as is read of this one, but in the order in which it lies
            if ASKS {
                self.memories.ask(at * self.d, (self.from + k) * ROWS, ROWS);
            }
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
