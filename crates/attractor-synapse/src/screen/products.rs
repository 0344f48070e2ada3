//! Products of int8 rows with queries in 16 bits: exact, in integers.

use crate::rows::Rows;

/// Memories whose codes lie side by side, some features of each in turn: what is added up of them is then in one vector.
pub(super) const SIDE: usize = 4;
/// Features that lie together.
pub(super) const RUN: usize = 8;
/// Places for the products of a tile that may begin within a group.
pub(super) const PLACES: usize = 80;
/// Queries that share what is loaded of a row.
pub(super) const TOGETHER: usize = 4;

/// Some features of memories side by side.
pub(super) type Block = [[i8; RUN]; SIDE];
/// A query, as many runs long as a group has blocks.
pub(super) type Steps<'a> = &'a [[i16; RUN]];

/// Writes ⟨c, q⟩ for each memory c of some groups, as many as there are places for, and each query, as many at most as are
/// taken together. Places beyond them take any number.
pub(super) fn products(codes: &Rows<'_, Block>, queries: &[Steps<'_>], out: &mut [[i32; PLACES]]) {
    match *queries {
        [] => {}
        [a] => of_some(codes, [a], out),
        [a, b] => of_some(codes, [a, b], out),
        [a, b, c] => of_some(codes, [a, b, c], out),
        [a, b, c, d] => of_some(codes, [a, b, c, d], out),
        _ => unreachable!("{} queries at a time", queries.len()),
    }
}

fn of_some<const Q: usize>(
    codes: &Rows<'_, Block>,
    queries: [Steps<'_>; Q],
    out: &mut [[i32; PLACES]],
) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V4::try_new() {
        return simd.vectorize(wide::Products { simd, codes, queries, out });
    } else if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(wide::Products { simd, codes, queries, out });
    }
    plain(codes.rows, &queries, out);
}

fn plain(codes: &[Block], queries: &[Steps<'_>], out: &mut [[i32; PLACES]]) {
    for (query, out) in queries.iter().zip(out) {
        out.fill(0);
        for (group, out) in codes.chunks_exact(query.len()).zip(out.as_chunks_mut::<SIDE>().0) {
            for (block, run) in group.iter().zip(*query) {
                for (codes, sum) in block.iter().zip(&mut *out) {
                    let pairs = codes.iter().zip(run);
                    *sum += pairs.map(|(c, q)| i32::from(*c) * i32::from(*q)).sum::<i32>();
                }
            }
        }
    }
}

/// AVX-512 and AVX2 multiply pairs and add them two by two in one instruction; the compiler finds only half of it in the
/// plain loop.
#[cfg(target_arch = "x86_64")]
mod wide {
    use super::{Block, PLACES, RUN, Rows, SIDE, Steps};
    use pulp::NullaryFnOnce;
    use pulp::bytemuck::cast;
    use pulp::x86::{V3, V4};
    use std::arch::x86_64::{__m128i, __m256i, __m512i};

    /// Groups whose products are written together.
    const GROUPS: usize = 4;

    /// What an instruction set does to a block.
    pub(super) trait Multiply: Copy {
        /// A block in 16 bits.
        type Wide: Copy;
        /// Sums of products, some of each memory.
        type Sums: Copy;

        fn zero(self) -> Self::Sums;
        fn widen(self, codes: &Block) -> Self::Wide;
        fn add(self, sums: Self::Sums, codes: Self::Wide, query: &[i16; RUN]) -> Self::Sums;
        fn whole(self, groups: [Self::Sums; GROUPS]) -> [i32; GROUPS * SIDE];
    }

    impl Multiply for V3 {
        type Wide = [__m256i; 2];
        type Sums = [__m256i; 2];

        #[inline(always)]
        fn zero(self) -> [__m256i; 2] {
            [self.avx._mm256_setzero_si256(); 2]
        }

        #[inline(always)]
        fn widen(self, codes: &Block) -> [__m256i; 2] {
            let [low, high]: [__m128i; 2] = cast(*codes);
            [self.avx2._mm256_cvtepi8_epi16(low), self.avx2._mm256_cvtepi8_epi16(high)]
        }

        #[inline(always)]
        fn add(
            self,
            [low, high]: [__m256i; 2],
            codes: [__m256i; 2],
            query: &[i16; RUN],
        ) -> [__m256i; 2] {
            let query = self.avx2._mm256_broadcastsi128_si256(cast(*query));
            let more_low = self.avx2._mm256_madd_epi16(codes[0], query);
            let more_high = self.avx2._mm256_madd_epi16(codes[1], query);
            let low = self.avx2._mm256_add_epi32(low, more_low);
            [low, self.avx2._mm256_add_epi32(high, more_high)]
        }

        #[inline(always)]
        fn whole(self, [a, b, c, d]: [[__m256i; 2]; 4]) -> [i32; 16] {
            let mut of_memory = [[0; GROUPS]; SIDE];
            for half in 0..2 {
                let ab = self.avx2._mm256_hadd_epi32(a[half], b[half]);
                let cd = self.avx2._mm256_hadd_epi32(c[half], d[half]);
                let sums: [[i32; GROUPS]; 2] = cast(self.avx2._mm256_hadd_epi32(ab, cd));
                [of_memory[2 * half], of_memory[2 * half + 1]] = sums;
            }
            let mut whole = [0; GROUPS * SIDE];
            for group in 0..GROUPS {
                for memory in 0..SIDE {
                    whole[group * SIDE + memory] = of_memory[memory][group];
                }
            }
            whole
        }
    }

    /// Turns memories and in them groups into groups and in them memories.
    const TURN: [i32; 16] = [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15];

    impl Multiply for V4 {
        type Wide = __m512i;
        type Sums = __m512i;

        #[inline(always)]
        fn zero(self) -> __m512i {
            self.avx512f._mm512_setzero_si512()
        }

        #[inline(always)]
        fn widen(self, codes: &Block) -> __m512i {
            self.avx512bw._mm512_cvtepi8_epi16(cast(*codes))
        }

        #[inline(always)]
        fn add(self, sums: __m512i, codes: __m512i, query: &[i16; RUN]) -> __m512i {
            let query = self.avx512f._mm512_broadcast_i32x4(cast(*query));
            self.avx512f._mm512_add_epi32(sums, self.avx512bw._mm512_madd_epi16(codes, query))
        }

        #[inline(always)]
        fn whole(self, [a, b, c, d]: [__m512i; 4]) -> [i32; 16] {
            let f = self.avx512f;
            let pair = |a, b| {
                f._mm512_add_epi32(f._mm512_unpacklo_epi64(a, b), f._mm512_unpackhi_epi64(a, b))
            };
            let (ab, cd) = (cast(pair(a, b)), cast(pair(c, d)));
            let even = cast(f._mm512_shuffle_ps::<0b10_00_10_00>(ab, cd));
            let odd = cast(f._mm512_shuffle_ps::<0b11_01_11_01>(ab, cd));
            let of_memory = f._mm512_add_epi32(even, odd);
            cast(f._mm512_permutexvar_epi32(cast(TURN), of_memory))
        }
    }

    /// No closure: what calls one may stay a function of its own, that is compiled without these instructions
    /// and calls each of them.
    pub(super) struct Products<'a, M, const Q: usize> {
        pub(super) simd: M,
        pub(super) codes: &'a Rows<'a, Block>,
        pub(super) queries: [Steps<'a>; Q],
        pub(super) out: &'a mut [[i32; PLACES]],
    }

    impl<M: Multiply, const Q: usize> NullaryFnOnce for Products<'_, M, Q> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let Self { simd, codes, queries, out } = self;
            let blocks = queries[0].len();
            let mut group = 0;
            while group < codes.rows.len() {
                let place = group / blocks / GROUPS;
                let mut sums = [[simd.zero(); Q]; GROUPS];
                for sums in &mut sums {
                    if group < codes.rows.len() {
                        codes.ask(group, 0, blocks);
                        *sums = sums_of(simd, &codes.rows[group..][..blocks], queries);
                        group += blocks;
                    }
                }
                for q in 0..Q {
                    let groups = [sums[0][q], sums[1][q], sums[2][q], sums[3][q]];
                    out[q].as_chunks_mut().0[place] = simd.whole(groups);
                }
            }
        }
    }

    #[inline(always)]
    fn sums_of<M: Multiply, const Q: usize>(
        simd: M,
        group: &[Block],
        queries: [Steps<'_>; Q],
    ) -> [M::Sums; Q] {
        let mut sums = [simd.zero(); Q];
        for b in 0..group.len() {
            let codes = simd.widen(&group[b]);
            for q in 0..Q {
                sums[q] = simd.add(sums[q], codes, &queries[q][b]);
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes and queries that differ from place to place, or are all as large as they may be.
    fn made(groups: usize, blocks: usize, largest: bool) -> (Vec<Block>, Vec<Vec<[i16; RUN]>>) {
        let number = |i: usize| ((i * 7919 + 13) % 2003) as i32 - 1001;
        let code = |i: usize| if largest { 127 } else { (number(i) % 128) as i8 };
        let block = |b: usize| {
            std::array::from_fn(|m| std::array::from_fn(|f| code((b * SIDE + m) * RUN + f)))
        };
        let most = (i32::MAX / 127 / (blocks * RUN) as i32).min(i32::from(i16::MAX));
        let step = |q: usize, i: usize| match largest {
            true => (most * (1 - 2 * (q as i32 % 2))) as i16,
            false => (i64::from(most) * i64::from(number(i * 3 + q)) / 1001) as i16,
        };
        let query =
            |q: usize| (0..blocks).map(|b| std::array::from_fn(|f| step(q, b * RUN + f))).collect();
        ((0..groups * blocks).map(block).collect(), (0..TOGETHER).map(query).collect())
    }

    type Kernel = fn(&Rows<'_, Block>, &[Steps<'_>], &mut [[i32; PLACES]]);

    /// What there is for this processor.
    fn kernels() -> Vec<Kernel> {
        #[allow(unused_mut, reason = "other processors have the one")]
        let mut all: Vec<Kernel> = vec![products];
        #[cfg(target_arch = "x86_64")]
        if pulp::x86::V3::try_new().is_some() {
            all.push(|codes, queries, out| {
                let simd = pulp::x86::V3::try_new().unwrap();
                match *queries {
                    [a] => simd.vectorize(wide::Products { simd, codes, queries: [a], out }),
                    [a, b, c, d] => {
                        let queries = [a, b, c, d];
                        simd.vectorize(wide::Products { simd, codes, queries, out });
                    }
                    _ => products(codes, queries, out),
                }
            });
        }
        all
    }

    #[test]
    fn products_are_plain_ones_to_the_limits_of_the_codes() {
        for (blocks, largest) in [(1, false), (2, true), (5, false), (66, true), (66, false)] {
            for groups in [1, 2, 3, 4, 5, 16, 17] {
                let (codes, queries) = made(groups, blocks, largest);
                for count in 0..=TOGETHER {
                    let queries: Vec<Steps<'_>> = queries[..count].iter().map(|q| &q[..]).collect();
                    let mut b = vec![[0; PLACES]; count];
                    plain(&codes, &queries, &mut b);
                    for kernel in kernels() {
                        let mut a = vec![[0; PLACES]; count];
                        kernel(&Rows::before(&codes, true), &queries, &mut a);
                        let memories = ..groups * SIDE;
                        a.iter().zip(&b).for_each(|(a, b)| assert_eq!(a[memories], b[memories]));
                    }
                }
            }
        }
    }

    /// Σ c·q in the order of the features, by the place of each code.
    #[test]
    fn plain_products_are_those_of_the_memories() {
        let (codes, queries) = made(3, 5, false);
        let mut found = [[0; PLACES]];
        plain(&codes, &[&queries[1]], &mut found);
        for memory in 0..3 * SIDE {
            let code = |f: usize| codes[memory / SIDE * 5 + f / RUN][memory % SIDE][f % RUN];
            let product = |f: usize| i32::from(code(f)) * i32::from(queries[1][f / RUN][f % RUN]);
            assert_eq!(found[0][memory], (0..5 * RUN).map(product).sum::<i32>());
        }
    }
}
