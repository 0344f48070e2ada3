//! Every path that this machine has against the true values, to two units of the last digit.

use super::below::sum_below_on;
use super::gap::gap_on;
use super::kernels::{Exp, Kernel, Logistic, RectifiedExpM1, Tanh};
use super::map_on;
use super::power::rectified_power_on;
use super::softmax::softmax_on;
use super::tile::{Form, weigh_tile_on};
use super::weigh::weigh_on;
use crate::special::phi;
use crate::{Before, Primitive, Real, RectifiedPower, Tally};
use dashu_float::{FBig, round::mode::HalfEven};
use pulp::Arch;

type Big = FBig<HalfEven, 2>;

const BOUND: f64 = 2.0;

/// Around what the lanes of each width hold.
const SIZES: [usize; 12] = [1, 2, 3, 7, 8, 9, 31, 33, 63, 64, 65, 200];

/// The baseline, the best there is, and what lies between.
fn paths() -> Vec<Arch> {
    let mut paths = vec![Arch::Scalar, Arch::new()];
    #[cfg(target_arch = "x86_64")]
    paths.extend(pulp::x86::V3::try_new().map(Arch::V3));
    paths
}

fn big(x: f64) -> Big {
    Big::try_from(x).expect("a finite number").with_precision(140).value()
}

/// e^y, or 0 far below the smallest f64.
fn exp(y: &Big) -> Big {
    if *y < big(-800.0) { big(0.0) } else { y.exp() }
}

/// The distance of the numbers of this type from each other where the truth is.
fn ulp<T: Real>(truth: f64) -> f64 {
    let (digits, least) = if T::WHOLE { (52, -1074) } else { (23, -149) };
    let exponent = (truth.abs().to_bits() >> 52) as i32 - 1023;
    let unit = (exponent - digits).max(least);
    2f64.powi(unit / 2) * 2f64.powi(unit - unit / 2) // 2^−1074 at once would be 1/∞
}

/// |g − truth| in these distances.
fn off<T: Real>(g: T, truth: &Big) -> f64 {
    let unit = ulp::<T>(truth.to_f64().value());
    ((big(g.f64()) - truth) / big(unit)).to_f64().value().abs()
}

/// Of a NaN too.
fn worse(worst: f64, off: f64) -> f64 {
    if off <= worst { worst } else { off }
}

/// Evenly in the interval from 0 to 1.
fn fractions(n: usize) -> impl Iterator<Item = f64> {
    (0..n).map(|i| (i as f64 * 0.618_034).fract())
}

/// x for βx of all sizes that tell anything, with both signs.
fn arguments<T: Real>(beta: f64) -> Vec<T> {
    let sizes = fractions(60).map(|u| 1e-9 * 1e12f64.powf(u));
    let sizes = sizes.chain(fractions(60).map(|u| 760.0 * u)).chain(fractions(60));
    sizes.flat_map(|y| [T::of(y / beta), T::of(-y / beta)]).collect()
}

/// How far f(βx) is off at worst, where the truth knows βx to all its digits.
fn worst<T: Real, K: Kernel>(arch: Arch, kernel: K, truth: fn(&Big) -> Big) -> f64 {
    let most = if T::WHOLE { 709.7 } else { 88.7 };
    let mut all = 0.0;
    for beta in [1.0, 7.7, 1e-12 / 3.0] {
        let x = arguments::<T>(beta);
        let mut g = vec![T::ZERO; x.len()];
        map_on(arch, kernel, beta, &x, &mut g);
        for (x, g) in x.iter().zip(g) {
            let y = big(beta) * big(x.f64());
            if y < big(most) {
                all = worse(all, off(g, &truth(&y)));
            }
        }
    }
    all
}

fn true_tanh(y: &Big) -> Big {
    if *y > big(60.0) || *y < big(-60.0) {
        return y.signum();
    }
    let m = (y * big(2.0)).exp_m1();
    &m / (&m + big(2.0))
}

fn functions_of<T: Real>() {
    for arch in paths() {
        let exp_m1 = |y: &Big| if *y <= big(0.0) { big(0.0) } else { y.exp_m1() };
        let logistic = |y: &Big| exp(y) / (big(1.0) + exp(y));
        let all = [
            worst::<T, _>(arch, Exp, exp),
            worst::<T, _>(arch, RectifiedExpM1, exp_m1),
            worst::<T, _>(arch, Logistic, logistic),
            worst::<T, _>(arch, Tanh, true_tanh),
        ];
        assert!(all.iter().all(|off| *off <= BOUND), "{} {all:.3?}", T::NAME);
    }
}

#[test]
fn functions_have_all_their_digits() {
    functions_of::<f32>();
    functions_of::<f64>();
}

/// f32 of all bit patterns, thinned out, where f64 is truth enough.
fn sweep<K: Kernel>(arch: Arch, kernel: K, beta: f64) -> f64 {
    let bits = (0..u32::MAX).step_by(50_021).map(f32::from_bits);
    let x: Vec<f32> = bits.filter(|x| !x.is_nan()).collect();
    let mut g = vec![0.0f32; x.len()];
    map_on(arch, kernel, beta, &x, &mut g);
    x.iter().zip(&g).fold(0.0, |worst, (x, g)| {
        let truth = kernel.plain(beta, f64::from(*x));
        let same = (truth as f32).to_bits() == g.to_bits();
        worse(worst, if same { 0.0 } else { (truth - f64::from(*g)).abs() / ulp::<f32>(truth) })
    })
}

#[test]
fn f32_has_all_its_digits_everywhere() {
    for arch in paths() {
        for beta in [1.0, 0.7] {
            let exp = worse(sweep(arch, Exp, beta), sweep(arch, RectifiedExpM1, beta));
            let bounded = worse(sweep(arch, Logistic, beta), sweep(arch, Tanh, beta));
            assert!(worse(exp, bounded) <= BOUND, "{exp} {bounded}");
        }
    }
}

/// What is 0, infinite or NaN one at a time is that in lanes, and with that sign.
fn specials_of<T: Real, K: Kernel>(kernel: K) {
    let sizes =
        [0.0, 1e-320, 1e-310, 1e-45, 1e-40, 88.73, 100.0, 103.98, 104.1, 709.79, 745.2, 1e300];
    let sizes = sizes.into_iter().chain([f64::INFINITY, f64::NAN, f64::MIN_POSITIVE]);
    let x: Vec<T> = sizes.flat_map(|x| [T::of(x), T::of(-x)]).collect();
    for arch in paths() {
        let mut g = vec![T::ZERO; x.len()];
        map_on(arch, kernel, 1.0, &x, &mut g);
        for (x, g) in x.iter().zip(g) {
            let (own, plain) = (g.f64(), T::of(kernel.plain(1.0, x.f64())).f64());
            let same = own.to_bits() == plain.to_bits() || (own.is_nan() && plain.is_nan());
            let near = (own - plain).abs() <= BOUND * ulp::<T>(plain);
            assert!(same || (near && plain != 0.0), "{} at {x}: {own} for {plain}", T::NAME);
        }
    }
}

#[test]
fn specials_are_those_of_one_number() {
    fn all<T: Real>() {
        specials_of::<T, _>(Exp);
        specials_of::<T, _>(RectifiedExpM1);
        specials_of::<T, _>(Logistic);
        specials_of::<T, _>(Tanh);
    }
    all::<f32>();
    all::<f64>();
}

/// In a vector of its own a number gives the bits that it gives anywhere.
fn place_of<T: Real, K: Kernel>(arch: Arch, kernel: K) {
    for n in SIZES {
        let x: Vec<T> = fractions(n).map(|u| T::of(8.0 * u - 4.0)).collect();
        let mut g = vec![T::ZERO; n];
        map_on(arch, kernel, 1.3, &x, &mut g);
        for (x, g) in x.iter().zip(g) {
            let mut alone = [T::ZERO];
            map_on(arch, kernel, 1.3, &[*x], &mut alone);
            assert_eq!(alone[0].f64().to_bits(), g.f64().to_bits(), "{n}");
        }
    }
}

#[test]
fn the_place_in_a_vector_does_not_matter() {
    for arch in paths() {
        place_of::<f32, _>(arch, Exp);
        place_of::<f64, _>(arch, RectifiedExpM1);
        place_of::<f32, _>(arch, Logistic);
        place_of::<f64, _>(arch, Logistic);
        place_of::<f32, _>(arch, Tanh);
        place_of::<f64, _>(arch, Tanh);
        equals_share_alike::<f32>(arch);
        equals_share_alike::<f64>(arch);
    }
}

fn equals_share_alike<T: Real>(arch: Arch) {
    for n in SIZES {
        let x: Vec<T> = (0..n).map(|i| T::of((i % 5) as f64 * 0.3)).collect();
        let mut g = vec![T::ZERO; n];
        assert!(softmax_on(arch, 1.3, false, &x, &mut g));
        for i in 5..n {
            assert_eq!(g[i].f64().to_bits(), g[i % 5].f64().to_bits(), "{n} {i}");
        }
    }
}

fn softmax_off<T: Real>(arch: Arch, ghost: bool, beta: f64, x: &[T]) -> f64 {
    let mut g = vec![T::ZERO; x.len()];
    assert!(softmax_on(arch, beta, ghost, x, &mut g));
    let max = x.iter().fold(f64::NEG_INFINITY, |max, x| max.max(x.f64()));
    let above = |x: f64| exp(&(big(beta) * (big(x) - big(max))));
    let e: Vec<Big> = x.iter().map(|x| above(x.f64())).collect();
    let sum = e.iter().fold(if ghost { above(0.0) } else { big(0.0) }, |sum, e| sum + e);
    e.iter().zip(g).fold(0.0, |worst, (e, g)| worse(worst, off(g, &(e / &sum))))
}

fn shares_of<T: Real>(arch: Arch) -> f64 {
    let mut all = 0.0;
    for (beta, spread) in [(1.0, 10.0), (0.37, 400.0), (8.0, 0.1), (1.0, 1500.0)] {
        for (ghost, shift) in
            [(false, 0.0), (true, 0.0), (true, 3.0), (true, -20.0), (false, 700.0)]
        {
            for n in SIZES.into_iter().chain([1_000]) {
                let x = fractions(n).map(|u| T::of(shift + spread * (u - 0.5)));
                all = worse(all, softmax_off::<T>(arch, ghost, beta, &x.collect::<Vec<_>>()));
            }
        }
    }
    all
}

#[test]
fn shares_have_all_their_digits() {
    for arch in paths() {
        let off = [shares_of::<f32>(arch), shares_of::<f64>(arch)];
        assert!(off.iter().all(|off| *off <= BOUND), "{arch:?}: {off:?}");
    }
}

#[test]
fn not_a_number_spoils_all_shares_and_nothing_takes_none() {
    for (arch, n) in paths().into_iter().flat_map(|arch| [(arch, 64), (arch, 65)]) {
        let (mut x, mut g) = (vec![1.0f32; n], vec![0.0f32; n]);
        x[n - 1] = f32::NEG_INFINITY;
        assert!(softmax_on(arch, 1.0, false, &x, &mut g));
        assert!(g[n - 1].to_bits() == 0 && g[0] > 0.0);
        x[n / 2] = f32::NAN;
        assert!(!softmax_on(arch, 1.0, false, &x, &mut g) || g.iter().all(|g| g.is_nan()));
    }
}

/// A first guess of the unit that is far below or above the largest.
#[test]
fn the_largest_may_come_late() {
    fn all<T: Real>(arch: Arch) {
        for late in [-20.0, 15.0, 19.5, 30.0] {
            let mut x: Vec<T> = fractions(900).map(|u| T::of(late + u)).collect();
            x[..64].fill(T::of(if late < 0.0 { f64::NEG_INFINITY } else { 0.0 }));
            let mut g = vec![T::ZERO; x.len()];
            assert!(softmax_on(arch, 1.0, false, &x, &mut g));
            let sum = x.iter().fold(big(0.0), |sum, x| sum + exp(&big(x.f64().max(-900.0))));
            for (x, g) in x.iter().zip(g) {
                let off = off(g, &(exp(&big(x.f64().max(-900.0))) / &sum));
                assert!(off <= BOUND, "{late} {x}: {off}");
            }
        }
    }
    for arch in paths() {
        all::<f32>(arch);
        all::<f64>(arch);
    }
}

/// Of each path the widths that a tile may have.
fn widths() -> Vec<(Arch, usize)> {
    // the lanes there can be; a width that fills no vector of a path is refused by it
    let all = [1, 2, 4, 8, 16, 32];
    paths().into_iter().flat_map(|arch| all.map(|width| (arch, width))).collect()
}

fn tiles_are_weighed<T: Real>() {
    let mut weighed = 0;
    for (arch, width) in widths() {
        for (n, beta, spread) in [(1, 1.0, 1.0), (7, 0.3, 9.0), (65, 8.0, 3.0), (192, 1.0, 2e3)] {
            let scores: Vec<T> = fractions(n * width).map(|u| T::of(spread * (u - 0.5))).collect();
            let (mut tile, mut tallies) = (scores.clone(), vec![Tally::EMPTY; width]);
            if !weigh_on(arch, beta, &mut tile, &mut tallies) {
                continue;
            }
            weighed += 1;
            for (q, tally) in tallies.iter().enumerate() {
                let column = |tile: &[T]| -> Vec<f64> {
                    tile.iter().skip(q).step_by(width).map(|x| x.f64()).collect()
                };
                let (h, w) = (column(&scores), column(&tile));
                let max = h.iter().copied().fold(f64::MIN, f64::max);
                assert!((tally.log_scale - beta * max).abs() <= 1e-15 * (beta * max).abs());
                for (h, w) in h.iter().zip(&w) {
                    let x = beta * (h - max);
                    let truth = if x < T::EXP_FLOOR { 0.0 } else { x.exp() };
                    // h − max is rounded, and then two units of the last digit; at the floor all or nothing
                    let room =
                        truth * T::UNIT_ROUNDOFF * (4.0 + 2.0 * x.abs()) + 2.0 * T::EXP_FLOOR.exp();
                    assert!((w - truth).abs() <= room, "{arch:?} {width} {n}: {w} for {truth}");
                }
                let (sum, square) = (w.iter().sum::<f64>(), w.iter().map(|w| w * w).sum::<f64>());
                let near = |a: f64, b: f64| (a - b).abs() <= n as f64 * 2.3e-16 * b;
                assert!(
                    near(tally.weight, sum) && near(tally.square, square) && near(tally.value, sum)
                );
            }
        }
    }
    assert!(weighed >= 16, "a path that refuses all widths proves nothing: {weighed}");
}

#[test]
fn tiles_are_weighed_on_every_path() {
    tiles_are_weighed::<f32>();
    tiles_are_weighed::<f64>();
}

#[test]
fn what_is_not_there_has_no_weight_and_not_a_number_spoils_its_own_query() {
    for arch in paths() {
        for n in [1usize, 9, 40] {
            let (mut tile, mut tally) = (vec![f64::NEG_INFINITY; n], [Tally::EMPTY]);
            assert!(weigh_on(arch, 2.0, &mut tile, &mut tally));
            assert!(tally[0] == Tally::EMPTY && tile.iter().all(|w| w.to_bits() == 0));
            let mut tile = vec![1.0f32; n];
            tile[n / 2] = f32::NAN;
            assert!(weigh_on(arch, 2.0, &mut tile, &mut tally) && tally[0].weight.is_nan());
        }
    }
}

/// The sums that the softmax adds up one by one.
fn plain_gap(beta: f64, h: f64, d: f64, before: &Before) -> [f64; 3] {
    let (w, x) = ((beta * (h - before.value - d)).exp(), beta * (d - before.tilt));
    let rise = if x > 1.0 {
        (beta * (h - before.value - before.tilt)).exp() - w * (1.0 + x)
    } else {
        w * phi(x)
    };
    [w, w * x, rise]
}

fn gaps_are_summed<T: Real>() {
    let mut summed = 0;
    for (arch, width) in widths() {
        let tiles = [(64, 1.0, 1e-6), (65, 0.5, 0.02), (96, 2.0, 0.5), (63, 1.0, 6.0)];
        for (n, beta, step) in tiles.into_iter().chain([1, 2, 7, 31].map(|n| (n, 1.0, 0.5))) {
            let scores: Vec<T> = fractions(n * width).map(|u| T::of(4.0 * u - 2.0)).collect();
            let moves: Vec<T> =
                fractions(n * width + 5).skip(5).map(|u| T::of(step * (u - 0.5))).collect();
            let before: Vec<Before> =
                fractions(width).map(|u| Before { value: 4.0 + u, tilt: 0.1 * step * u }).collect();
            let mut sums = vec![[0.0; 3]; width];
            if !gap_on(arch, beta, &scores, &moves, &before, &mut sums) {
                continue;
            }
            summed += n * width;
            for (q, sum) in sums.iter().enumerate() {
                let own = (q..n * width).step_by(width);
                let terms: Vec<[f64; 3]> = own
                    .map(|i| plain_gap(beta, scores[i].f64(), moves[i].f64(), &before[q]))
                    .collect();
                for (part, found) in sum.iter().enumerate() {
                    let truth: f64 = terms.iter().map(|term| term[part]).sum();
                    let size: f64 = terms.iter().map(|term| term[part].abs()).sum();
                    assert!(
                        (found - truth).abs() <= 1e-13 * size,
                        "{arch:?} {width} {part}: {found} for {truth}"
                    );
                }
            }
        }
    }
    assert!(summed > 1000, "a path that takes nothing proves nothing: {summed}");
}

#[test]
fn gaps_are_summed_on_every_path() {
    gaps_are_summed::<f32>();
    gaps_are_summed::<f64>();
}

fn powers_are_those_of_one_number<T: Real>() {
    let special = [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-30, 1e30, -1.5];
    for (arch, _) in widths() {
        for k in [1, 2, 3, 4, 7, 20, 31, 1000] {
            for n in [1, 7, 63, 64, 65, 130] {
                let x: Vec<T> = fractions(n).map(|u| T::of(3.0 * u - 1.0)).collect();
                let x: Vec<T> = x.into_iter().chain(special.map(T::of)).collect();
                let mut g = x.clone();
                rectified_power_on(arch, k, &x, &mut g);
                let power = RectifiedPower::new(k + 1).unwrap();
                for (x, g) in x.iter().zip(g) {
                    let truth = T::of(power.slope(x.f64())).f64();
                    let rounded = f64::from(k) * f64::EPSILON + 2.0 * T::UNIT_ROUNDOFF;
                    let near = (g.f64() - truth).abs() <= rounded * truth.max(1e-300);
                    let same = g.f64().to_bits() == truth.to_bits();
                    let both_nan = g.f64().is_nan() && truth.is_nan();
                    assert!(near || same || both_nan, "{x}^{k}: {g} is not {truth}");
                }
            }
        }
    }
}

#[test]
fn powers_are_those_of_one_number_on_every_path() {
    powers_are_those_of_one_number::<f32>();
    powers_are_those_of_one_number::<f64>();
}

#[test]
fn sums_below_the_largest_keep_their_digits_on_every_path() {
    for (arch, n) in paths().into_iter().flat_map(|arch| SIZES.map(|n| (arch, n))) {
        for (beta, spread) in [(1.0, 3.0), (7.7, 100.0), (1e-3, 1e-6)] {
            let x: Vec<f32> = fractions(n).map(|u| (spread * (u - 1.0)) as f32).collect();
            let truth: f64 = x.iter().map(|x| (beta * f64::from(*x)).exp()).sum();
            let sum = sum_below_on(arch, beta, 0.0, &x).unwrap();
            // what is one by one rounds βx, which the lanes do not
            let off = (4.0 + beta * spread) * f64::EPSILON * truth;
            assert!((sum - truth).abs() <= off, "{n} {beta}: {sum} {truth}");
        }
        let with = |bad: f64| sum_below_on(arch, 1.0, 1.0, &[vec![0.5; n], vec![bad]].concat());
        assert!(with(f64::NAN).is_some_and(f64::is_nan));
        assert!(with(f64::NEG_INFINITY).is_some_and(|sum| sum <= n as f64));
    }
}

/// A tile of `n` rows for q queries, of scores around ±`size` with zeros among them.
fn scores<T: Real>(n: usize, q: usize, size: f64) -> Vec<T> {
    let numbers = fractions(n * q).map(|u| size * (3.0 * u - 1.0));
    numbers.enumerate().map(|(i, x)| T::of(if i % 11 == 3 { 0.0 } else { x })).collect()
}

/// Against powers one by one, in units that the tally names.
fn tiles_are_weighed_by_powers<T: Real>() {
    let sizes = [(1, 1), (3, 1), (64, 1), (65, 1), (130, 1), (1, 7), (9, 8), (63, 9), (20, 64)];
    for (arch, (n, q)) in paths().into_iter().flat_map(|path| sizes.map(|size| (path, size))) {
        for (k, size, rectified) in
            [(1, 1.0, true), (2, 3.0, true), (19, 700.0, false), (3, 1e-9, false), (1, 1e-30, true)]
        {
            let (h, mut tallies) = (scores::<T>(n, q, size), vec![Tally::EMPTY; q]);
            let form = Form::Power { k, rectified, unscaled: 40.0 };
            let mut weights = h.clone();
            weigh_tile_on(arch, form, &mut weights, &mut tallies);
            for (i, tally) in tallies.iter().enumerate() {
                let unit = (tally.log_scale / f64::from(k)).exp();
                let mut sums = [0.0; 3];
                for (h, w) in h.iter().zip(&weights).skip(i).step_by(q) {
                    let share = if rectified { h.f64().max(0.0) } else { h.f64() } / unit;
                    let truth = share.powi(k.cast_signed());
                    // the exponential of a rounded logarithm, then k factors
                    let doubles = f64::from(8 * k) + 4.0 * tally.log_scale.abs();
                    let rounded = doubles * f64::EPSILON + T::UNIT_ROUNDOFF;
                    let off = (w.f64() - truth).abs();
                    assert!(off <= rounded * truth.abs() + 1e-40, "{h}^{k}: {w} is not {truth}");
                    sums = [
                        sums[0] + truth.abs(),
                        sums[1] + truth * truth,
                        sums[2] + truth * share * unit,
                    ];
                }
                let found = [tally.weight, tally.square, tally.value];
                for (found, truth) in found.into_iter().zip(sums) {
                    let off = (found - truth).abs();
                    assert!(off <= 1e-12 * truth.abs(), "{n} x {q}, {k}: {found} is not {truth}");
                }
            }
        }
    }
}

#[test]
fn tiles_are_weighed_by_powers_on_every_path() {
    tiles_are_weighed_by_powers::<f32>();
    tiles_are_weighed_by_powers::<f64>();
}

/// The smallest numbers there are have weights whose squares are no zeros.
#[test]
fn the_smallest_scores_have_weights() {
    for arch in paths() {
        let (mut tile, mut tally) = ([5e-324f64, 0.0, 5e-324], [Tally::EMPTY]);
        let form = Form::Power { k: 1, rectified: true, unscaled: 40.0 };
        weigh_tile_on(arch, form, &mut tile, &mut tally);
        let [Tally { weight, square, .. }] = tally;
        assert!((weight * weight / square - 2.0).abs() < 1e-12, "{tally:?}");
    }
}

#[test]
fn no_score_is_lost_to_the_columns_beside_it() {
    for arch in paths() {
        for (place, bad) in [(0, f64::NAN), (19, f64::INFINITY)] {
            let (mut tile, mut tallies) = (scores::<f64>(5, 4, 1.0), [Tally::EMPTY; 4]);
            tile[place] = bad;
            let form = Form::Power { k: 2, rectified: true, unscaled: 40.0 };
            weigh_tile_on(arch, form, &mut tile, &mut tallies);
            let broken = tallies.map(|tally| !tally.weight.is_finite());
            assert_eq!(broken, std::array::from_fn(|q| q == place % 4));
            assert!(!tile[place].is_finite());
        }
    }
}

/// Against exponentials one by one, in units that the tally names.
fn tiles_are_weighed_by_exponentials<T: Real>() {
    let sizes = [(1, 1), (3, 1), (65, 1), (130, 1), (1, 7), (9, 8), (63, 9), (20, 64)];
    let mut refused = 0;
    for (arch, (n, q)) in paths().into_iter().flat_map(|path| sizes.map(|size| (path, size))) {
        for (beta, size) in [(1.0, 1.0), (7.7, 3.0), (0.3, 1e-9), (8.0, 40.0)] {
            let h = scores::<T>(n, q, size);
            let (mut weights, mut tallies) = (h.clone(), vec![Tally::EMPTY; q]);
            assert!(weigh_tile_on(arch, Form::Exp { beta }, &mut weights, &mut tallies));
            for (i, tally) in tallies.iter().enumerate() {
                let column = |x: &[T]| x.iter().skip(i).step_by(q).copied().collect::<Vec<T>>();
                let mut sum = 0.0;
                for (h, w) in column(&h).into_iter().zip(column(&weights)) {
                    let y = beta * h.f64() - tally.log_scale;
                    let doubles = 8.0 + 4.0 * (y.abs() + tally.log_scale.abs());
                    let rounded = doubles * f64::EPSILON + T::UNIT_ROUNDOFF;
                    assert!((w.f64() - y.exp()).abs() <= rounded * y.exp() + 1e-40, "{h} {beta}");
                    sum += y.exp();
                }
                assert!((tally.value - sum).abs() <= 1e-12 * sum && tally.weight <= sum * 1.1);
            }
            let (mut weights, mut tallies) = (h.clone(), vec![Tally::EMPTY; q]);
            let form = Form::RectifiedExpM1 { beta };
            if !weigh_tile_on(arch, form, &mut weights, &mut tallies) {
                assert_eq!(weights, h, "what is refused is not touched");
                refused += 1;
                continue;
            }
            for (i, tally) in tallies.iter().enumerate() {
                let column = h.iter().zip(&weights).skip(i).step_by(q);
                let mut sums = [0.0; 2];
                for (h, w) in column {
                    let y = beta * h.f64().max(0.0);
                    let rounded = 8.0 * f64::EPSILON + T::UNIT_ROUNDOFF;
                    assert!((w.f64() - y.exp_m1()).abs() <= rounded * y.exp_m1(), "{h} {beta}");
                    sums = [sums[0] + y.exp_m1(), sums[1] + y.exp_m1() - y];
                }
                assert!((tally.weight - sums[0]).abs() <= 1e-12 * sums[0]);
                assert!((tally.value - sums[1]).abs() <= 1e-12 * (n as f64 + sums[1]));
            }
        }
    }
    assert!(refused > 5, "weights beyond their range are for the other way: {refused}");
}

#[test]
fn tiles_are_weighed_by_exponentials_on_every_path() {
    tiles_are_weighed_by_exponentials::<f32>();
    tiles_are_weighed_by_exponentials::<f64>();
}
