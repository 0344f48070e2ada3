//! Spins on packed memories: every sign is that of the exact sum, whoever stops early.

use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Bits, Element, Patterns, Signs, Synapses};
use dashu_float::{FBig, round::mode::HalfEven};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::cmp::Ordering;

/// Of the attempts at sums of exponentials.
const BITS: [usize; 3] = [200, 400, 900];

type Big = FBig<HalfEven>;

/// F once more.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Function {
    Square,
    Odd(u32),
    Rectified(u32),
    Even(u32),
    Exponential(f64),
    Gelu,
    LogCosh,
}

use Function::*;

const FUNCTIONS: [Function; 17] = [
    Square,
    Odd(3),
    Odd(11),
    Rectified(2),
    Rectified(3),
    Rectified(10),
    Rectified(31),
    Even(4),
    Even(10),
    Even(20),
    Function::Exponential(1e-9),
    Function::Exponential(0.02),
    Function::Exponential(0.5),
    Function::Exponential(3.0),
    Function::Exponential(400.0),
    Gelu,
    Function::LogCosh,
];

impl Function {
    fn packed(self) -> SignEnergy {
        match self {
            Square => Quadratic.into(),
            Odd(n) => SignEnergy::power(n),
            Rectified(n) => RectifiedPower::new(n).unwrap().into(),
            Even(n) => EvenPower::new(n).unwrap().into(),
            Self::Exponential(b) => attractor_lagrangian::Exponential::new(b).unwrap().into(),
            _ => SignEnergy::of(self.lagrangian()).unwrap(),
        }
    }

    fn lagrangian(self) -> Box<dyn Lagrangian<f64>> {
        match self {
            Square => Box::new(Quadratic),
            Odd(n) => Box::new(NotConvex::odd_power(n).unwrap()),
            Rectified(n) => Box::new(Additive(RectifiedPower::new(n).unwrap())),
            Even(n) => Box::new(Additive(EvenPower::new(n).unwrap())),
            Self::Exponential(b) => {
                Box::new(Additive(attractor_lagrangian::Exponential::new(b).unwrap()))
            }
            Gelu => Box::new(NotConvex::gelu()),
            Self::LogCosh => Box::new(attractor_lagrangian::LogCosh::new(0.3).unwrap()),
        }
    }

    /// F'(h), or F(h), up to a positive factor that does not depend on h: exactly.
    fn exactly(self, field: SignField, h: i64) -> Big {
        let unlimited = |x: i64| Big::from(x).with_precision(0).value();
        let power = |n: u32| {
            let n = if field == SignField::Slope { n - 1 } else { n };
            (0..n).fold(unlimited(1), |power, _| power * unlimited(h))
        };
        match self {
            Square => power(2),
            Rectified(_) if h <= 0 => unlimited(0),
            Odd(n) | Rectified(n) | Even(n) => power(n),
            _ => {
                let (energy, mut f) = (self.lagrangian(), [0.0]);
                match field {
                    SignField::Slope => energy.activate(&[h as f64], &mut f),
                    _ => f[0] = energy.value(&[h as f64]),
                }
                Big::try_from(f[0]).unwrap().with_precision(0).value()
            }
        }
    }
}

/// e^{−2βm} with so many bits.
fn exponentials(beta: f64, count: usize, bits: usize) -> Vec<Big> {
    let rate = Big::try_from(-2.0 * beta).unwrap().with_precision(bits).value();
    (0..count).map(|m| (rate.clone() * Big::from(m as u64)).exp()).collect()
}

#[derive(Debug, Clone)]
struct Case {
    function: Function,
    field: SignField,
    n: usize,
    d: usize,
    /// The memories are copies, damaged copies and negatives of few: many ties.
    alike: bool,
    /// How far the cue is from a memory, in flips.
    damage: usize,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        prop::sample::select(&FUNCTIONS[..]),
        prop::sample::select(&[SignField::Slope, SignField::Difference][..]),
        prop::sample::select(&[1usize, 2, 3, 4, 7, 8, 9, 16, 63, 64, 65, 200][..]),
        prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65, 129][..]),
        any::<bool>(),
        prop::sample::select(&[0usize, 1, 3, 1000][..]),
        any::<u64>(),
    )
        .prop_map(|(function, field, n, d, alike, damage, seed)| Case {
            function,
            field,
            n,
            d,
            alike,
            damage,
            seed,
        })
}

struct World<T> {
    case: Case,
    rows: Vec<Vec<T>>,
    cue: Vec<T>,
    spins: PackedSpins,
    /// V(h) from h = −d − 2 in steps of 2, or e^{−2βm} with the bits of each attempt.
    values: Vec<Vec<Big>>,
}

impl Case {
    fn world<T: Element>(&self) -> World<T> {
        let mut random = Pcg64::seed_from_u64(self.seed);
        let mut sign = || T::of(if random.random::<bool>() { 1.0 } else { -1.0 });
        let mut rows: Vec<Vec<T>> =
            (0..self.n).map(|_| (0..self.d).map(|_| sign()).collect()).collect();
        if self.alike {
            for mu in 2..self.n {
                rows[mu] = rows[mu % 2].clone();
                (0..mu % 3).for_each(|k| {
                    let at = (mu * 7 + k) % self.d;
                    rows[mu][at] = -rows[mu][at];
                });
                if mu % 5 == 4 {
                    rows[mu].iter_mut().for_each(|x| *x = -*x);
                }
            }
        }
        let mut cue = rows[self.n / 2].clone();
        (0..self.damage).for_each(|_| {
            let at = random.random_range(0..self.d);
            cue[at] = -cue[at];
        });
        let signs = Signs::new(&Patterns::from_rows(&rows).unwrap()).unwrap();
        let spins = PackedSpins::new(self.function.packed(), self.field, signs).unwrap();
        let h = (0..self.d as i64 + 3).map(|k| 2 * k - self.d as i64 - 2);
        let values = match self.function {
            Function::Exponential(b) => BITS.map(|bits| exponentials(b, self.d + 3, bits)).into(),
            function => vec![h.map(|h| function.exactly(self.field, h)).collect()],
        };
        World { case: self.clone(), rows, cue, spins, values }
    }
}

impl<T: Element> World<T> {
    fn overlap(&self, row: &[T], state: &[T]) -> i64 {
        row.iter().zip(state).map(|(x, s)| (x.f64() * s.f64()) as i64).sum()
    }

    /// The whole numbers a with σ_iA_i = Σ_h a_h V(h), h from −d − 2 in steps of 2: from the definition.
    fn coefficients(&self, state: &[T], i: usize) -> Vec<i64> {
        let d = self.case.d as i64;
        let at = |h: i64| ((h + d + 2) / 2) as usize;
        let mut a = vec![0; self.case.d + 3];
        for row in &self.rows {
            let (h, agree) = (self.overlap(row, state), row[i] == state[i]);
            match self.case.field {
                SignField::Slope => a[at(h)] += if agree { 1 } else { -1 },
                _ => {
                    a[at(h)] += 1;
                    a[at(if agree { h - 2 } else { h + 2 })] -= 1;
                }
            }
        }
        a
    }

    /// The sign of σ_iA_i with as many digits as it takes.
    fn sign(&self, state: &[T], i: usize) -> Ordering {
        let a = self.coefficients(state, i);
        if a.iter().all(|a| *a == 0) {
            return Ordering::Equal;
        }
        let top = a.iter().rposition(|a| *a != 0).unwrap();
        let sum = |values: &[Big], place: &dyn Fn(usize) -> usize| {
            let terms = a.iter().enumerate().filter(|(_, a)| **a != 0);
            terms.fold(Big::ZERO, |sum, (k, a)| {
                let factor = Big::from(*a).with_precision(values[0].precision()).value();
                sum + values[place(k)].clone() * factor
            })
        };
        if !matches!(self.case.function, Function::Exponential(_)) {
            return sum(&self.values[0], &|k| k).partial_cmp(&Big::ZERO).unwrap();
        }
        for (values, bits) in self.values.iter().zip(BITS) {
            let sum = sum(values, &|k| top - k).to_f64().value();
            if sum.abs() > self.case.n as f64 * 2f64.powi(40 - bits as i32) {
                return sum.partial_cmp(&0.0).unwrap();
            }
        }
        panic!("{BITS:?} bits are too few")
    }

    /// The state after one step, by the definition.
    fn stepped(&self, state: &[T]) -> Vec<T> {
        let next = |i: usize| match self.sign(state, i) {
            Ordering::Less => -state[i],
            _ => state[i],
        };
        (0..self.case.d).map(next).collect()
    }
}

/// A step that is to be the exact one.
fn exact_step<T: Element>(
    case: &Case,
    step: impl Fn(&PackedSpins, &mut Bits, &mut SignScratch) -> SignStep,
) -> Result<(), TestCaseError> {
    let world = case.world::<T>();
    let mut scratch = world.spins.scratch();
    let (mut state, mut expected) = (Bits::new(&world.cue).unwrap(), world.cue.clone());
    for _ in 0..3 {
        let before = state.clone();
        let told = step(&world.spins, &mut state, &mut scratch);
        expected = world.stepped(&expected);
        prop_assert_eq!(state.to_vec::<T>(), expected.clone());
        let flips = before.words().iter().zip(state.words()).map(|(a, b)| (a ^ b).count_ones());
        prop_assert_eq!(told.flips, flips.sum::<u32>() as usize);
        prop_assert!(told.visited <= case.n && told.exact <= case.d);
    }
    Ok(())
}

proptest! {
    #[test]
    fn stopping_early_is_exact(case in cases()) {
        exact_step::<f64>(&case, PackedSpins::step)?;
        exact_step::<f32>(&case, PackedSpins::step)?;
    }

    #[test]
    fn visiting_all_is_exact(case in cases()) {
        exact_step::<f64>(&case, PackedSpins::full_step)?;
    }

    /// One spin at a time, with the distances kept from flip to flip.
    #[test]
    fn walking_is_exact(case in cases()) {
        let world = case.world::<f32>();
        let mut walk = world.spins.walk(Bits::new(&world.cue).unwrap());
        let mut expected = world.cue.clone();
        for i in (0..case.d).chain(0..case.d.min(9)) {
            let sign = world.sign(&expected, i);
            prop_assert_eq!(walk.look(i), sign, "spin {}", i);
            prop_assert_eq!(walk.descend(i), sign == Ordering::Less);
            if sign == Ordering::Less {
                expected[i] = -expected[i];
            }
        }
        prop_assert_eq!(walk.state().to_vec::<f32>(), expected);
        // a walk that begins again, and spins that were moved to these memories, do the same
        let other = Bits::of_words(vec![0x9e37_79b9_7f4a_7c15; case.d.div_ceil(64)], case.d);
        let moved = world.spins.on(Signs::of_words(other.words().to_vec(), case.d));
        let moved = moved.on(world.spins.signs().clone());
        let mut again = moved.walk(other);
        again.restart(Bits::new(&world.cue).unwrap());
        (0..case.d).chain(0..case.d.min(9)).for_each(|i| { again.descend(i); });
        prop_assert_eq!(again.state(), walk.state());
        prop_assert_eq!(again.distances(), walk.distances());
    }

    /// The models that keep numbers take the same step wherever rounding leaves them sure.
    #[test]
    fn as_spins_do(case in cases()) {
        let case = Case { field: SignField::Difference, ..case };
        let overflows = matches!(case.function, Function::Exponential(b) if b * case.d as f64 > 700.0);
        prop_assume!(!overflows);
        let world = case.world::<f64>();
        let memories = Synapses::from_rows(&world.rows).unwrap();
        let numbers = Spins::new(case.function.lagrangian(), memories).unwrap();
        let how = SpinRecall::sweeps(SpinRule::Simultaneous, 1).unwrap();
        let found = numbers.recall(&world.cue, &how).unwrap().state;
        let mut state = Bits::new(&world.cue).unwrap();
        world.spins.step(&mut state, &mut world.spins.scratch());
        let packed = state.to_vec::<f64>();
        for i in 0..case.d {
            // it keeps spins whose energy difference rounding can feign
            let energy = |flip: bool| {
                let mut spins = world.cue.clone();
                if flip { spins[i] = -spins[i]; }
                numbers.energy(&spins).unwrap()
            };
            let (here, there) = (energy(false), energy(true));
            let noise = (case.n + 64) as f64 * f64::EPSILON * (here.magnitude + there.magnitude);
            if (here.value - there.value).abs() > noise {
                prop_assert_eq!(found[i].to_bits(), packed[i].to_bits(), "spin {}", i);
            }
        }
    }
}

/// A step that stops before it is certain: it forgets what the memories that it did not visit can add.
fn careless(spins: &PackedSpins, state: &mut Bits, scratch: &mut SignScratch) -> SignStep {
    let mut h = vec![0; spins.signs().memories()];
    spins.signs().overlaps(state, &mut h);
    let nearest = (0..h.len()).max_by_key(|&mu| h[mu]).unwrap();
    let mut flips = 0;
    for (word, row) in spins.signs().row(nearest).iter().enumerate() {
        flips += state.turn(word, row ^ state.words()[word]);
    }
    SignStep { flips, ..spins.step(&mut state.clone(), scratch) }
}

/// The law can fail: a step that trusts the nearest memory alone breaks it.
#[test]
fn a_careless_step_is_caught() {
    let broken = |seed| {
        let case = Case {
            function: Rectified(3),
            field: SignField::Slope,
            n: 16,
            d: 65,
            alike: false,
            damage: 1000,
            seed,
        };
        exact_step::<f64>(&case, careless).is_err()
    };
    assert!((0..20).any(broken));
}
