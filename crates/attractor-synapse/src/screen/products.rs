//! Products of int8 rows with a query in 16 bits: exact, in integers.

/// Codes in one vector register of the query.
pub(super) const BLOCK: usize = 16;

/// Writes ⟨c, q⟩ for each row c of the codes, as many blocks long as the query.
pub(super) fn products(codes: &[[i8; BLOCK]], query: &[[i16; BLOCK]], out: &mut [i32]) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return simd.vectorize(wide::Products { simd, codes, query, out });
    }
    plain(codes, query, out);
}

fn plain(codes: &[[i8; BLOCK]], query: &[[i16; BLOCK]], out: &mut [i32]) {
    for (row, out) in codes.chunks_exact(query.len()).zip(out) {
        let pairs = row.as_flattened().iter().zip(query.as_flattened());
        *out = pairs.map(|(c, q)| i32::from(*c) * i32::from(*q)).sum();
    }
}

/// Four rows at a time with AVX2, which multiplies 16 pairs and adds them two by two in one instruction; the
/// compiler finds only half of it in the plain loop.
#[cfg(target_arch = "x86_64")]
mod wide {
    use super::BLOCK;
    use pulp::NullaryFnOnce;
    use pulp::bytemuck::cast;
    use pulp::x86::V3;
    use std::arch::x86_64::{__m128i, __m256i};

    /// No closure: what calls one may stay a function of its own, that is compiled without these instructions
    /// and calls each of them.
    pub(super) struct Products<'a> {
        pub(super) simd: V3,
        pub(super) codes: &'a [[i8; BLOCK]],
        pub(super) query: &'a [[i16; BLOCK]],
        pub(super) out: &'a mut [i32],
    }

    impl NullaryFnOnce for Products<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            products(self.simd, self.codes, self.query, self.out);
        }
    }

    #[inline(always)]
    fn products(simd: V3, codes: &[[i8; BLOCK]], query: &[[i16; BLOCK]], out: &mut [i32]) {
        let rows = codes.chunks_exact(4 * query.len());
        let rest = rows.remainder();
        let (fours, last) = out.as_chunks_mut::<4>();
        for (rows, out) in rows.zip(fours) {
            let (ab, cd) = rows.split_at(2 * query.len());
            let (a, b) = ab.split_at(query.len());
            let (c, d) = cd.split_at(query.len());
            *out = four(simd, [a, b, c, d], query);
        }
        for (row, out) in rest.chunks_exact(query.len()).zip(last) {
            [*out, ..] = four(simd, [row; 4], query);
        }
    }

    /// One row after the other, as they lie: the processor foresees one stream better than it does four.
    #[inline(always)]
    fn four(simd: V3, rows: [&[[i8; BLOCK]]; 4], query: &[[i16; BLOCK]]) -> [i32; 4] {
        let [a, b, c, d] = rows;
        let (a, b) = (sums(simd, a, query), sums(simd, b, query));
        let (c, d) = (sums(simd, c, query), sums(simd, d, query));
        let ab = simd.avx2._mm256_hadd_epi32(a, b);
        let cd = simd.avx2._mm256_hadd_epi32(c, d);
        let halves: [[i32; 4]; 2] = cast(simd.avx2._mm256_hadd_epi32(ab, cd));
        std::array::from_fn(|i| halves[0][i] + halves[1][i])
    }

    /// Eight sums of a row: no sum waits for the one before.
    #[inline(always)]
    fn sums(simd: V3, row: &[[i8; BLOCK]], query: &[[i16; BLOCK]]) -> __m256i {
        let pairs = |code: &[i8; BLOCK], q: &[i16; BLOCK]| {
            let wide = simd.avx2._mm256_cvtepi8_epi16(cast::<_, __m128i>(*code));
            simd.avx2._mm256_madd_epi16(wide, cast(*q))
        };
        let zero = simd.avx._mm256_setzero_si256();
        let (mut even, mut odd) = (zero, zero);
        let ((row, last), (query, last_q)) = (row.as_chunks::<2>(), query.as_chunks::<2>());
        for ([a, b], [p, q]) in row.iter().zip(query) {
            even = simd.avx2._mm256_add_epi32(even, pairs(a, p));
            odd = simd.avx2._mm256_add_epi32(odd, pairs(b, q));
        }
        for (a, p) in last.iter().zip(last_q) {
            even = simd.avx2._mm256_add_epi32(even, pairs(a, p));
        }
        simd.avx2._mm256_add_epi32(even, odd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_products_are_plain_ones_to_the_limits_of_the_codes() {
        for blocks in [1usize, 2, 5] {
            for rows in 1..10 {
                let code =
                    |i: usize| if i.is_multiple_of(5) { 127 } else { ((i * 73) % 255) as i8 };
                let codes: Vec<[i8; BLOCK]> = (0..rows * blocks)
                    .map(|b| std::array::from_fn(|i| code(b * BLOCK + i)))
                    .collect();
                let most = i32::MAX / 127 / (blocks * BLOCK) as i32;
                let most = most.min(i32::from(i16::MAX)) as i16;
                let query = vec![[most; BLOCK]; blocks];
                let (mut a, mut b) = (vec![0; rows], vec![0; rows]);
                products(&codes, &query, &mut a);
                plain(&codes, &query, &mut b);
                assert_eq!(a, b);
            }
        }
    }
}
