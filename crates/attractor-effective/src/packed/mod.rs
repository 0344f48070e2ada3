//! Model A on packed memories: exact signs from whole overlaps.

use crate::ModelError;
use attractor_synapse::Signs;

mod decay;
mod energy;
mod share;
mod step;
mod strands;
mod table;
mod walk;
mod whole;

pub use energy::{SignEnergy, SignField};
pub use step::{SignScratch, SignStep};
pub use walk::SignWalk;

use energy::Values;
use table::Table;

/// Spins whose memories are ±1, one bit each: model A (KH eq. 6–8) without input currents.
///
/// Overlaps are whole numbers, so that F takes d + 1 values only, and the field of a spin is a sum of them
/// with whole factors. **Every sign is that of the exact sum**: it is taken in f64 where the error bound of
/// that sum leaves no doubt, and otherwise in numbers of as many digits as it needs. A tie, which is one
/// only if the exact sum is 0, keeps the spin. Nothing depends on the order of the memories or on the
/// number of threads.
///
/// [`PackedSpins::step`] looks at all spins at once and stops early; [`SignWalk`] looks at one at a time.
///
/// # Cost
///
/// Memories take ⌈d/64⌉·8 bytes each. A step reads them once for the overlaps, sorts them by overlap (a
/// counting sort), and visits the rows again from the largest |F'| down, until what is left cannot turn any
/// sign (the theory's §8, from *counted* memories: Σ_c n_c·max|F'| over those not visited). For steep F
/// that is a handful of memories. A row visited costs about five instructions per 256 signs. A step
/// holds 8 bytes per memory and about (d + 1)·(300 + 40 per thread) bytes besides, allocated beforehand.
///
/// ```
/// use attractor_effective::{PackedSpins, SignField};
/// use attractor_lagrangian::RectifiedPower;
/// use attractor_synapse::{Bits, Patterns, Signs};
/// let patterns = Patterns::from_rows(&[[1.0f32, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])?;
/// let cubic = RectifiedPower::new(3)?;
/// let spins = PackedSpins::new(cubic, SignField::Slope, Signs::new(&patterns)?)?;
/// let mut state = Bits::new(&[1.0f32, 1.0, -1.0, 1.0])?; // one bit damaged
/// let mut scratch = spins.scratch();
/// while spins.step(&mut state, &mut scratch).flips > 0 {}
/// assert_eq!(state.to_vec::<f32>(), [1.0, 1.0, -1.0, -1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PackedSpins {
    signs: Signs,
    field: SignField,
    values: Values,
    table: Table,
}

impl PackedSpins {
    /// Spins on these memories, with the energy function F and the field that they follow.
    ///
    /// # Errors
    /// [`ModelError::Overflow`] where F at the overlap d is near the end of the range of f64; exponentials
    /// have no such end.
    pub fn new(
        energy: impl Into<SignEnergy>,
        field: SignField,
        signs: Signs,
    ) -> Result<Self, ModelError> {
        let d = signs.features();
        let values = energy.into().values(field, d)?;
        let table = Table::new(&values, field, signs.memories(), d);
        Ok(Self { signs, field, values, table })
    }

    /// The same spins on other memories; what depends on d and F alone is not made anew.
    ///
    /// # Panics
    /// Unless these memories have d signs as well.
    #[track_caller]
    #[must_use]
    pub fn on(&self, signs: Signs) -> Self {
        assert_eq!(signs.features(), self.features(), "signs of other memories");
        let table = self.table.clone().on(signs.memories());
        Self { table, signs, field: self.field, values: self.values.clone() }
    }

    /// The number of spins, d.
    pub fn features(&self) -> usize {
        self.signs.features()
    }

    /// The memories.
    pub fn signs(&self) -> &Signs {
        &self.signs
    }

    /// The field that the spins follow.
    pub fn field(&self) -> SignField {
        self.field
    }
}
