//! How much memory an experiment needs, told before anything is allocated.

use super::error::CapacityError;
use super::given::Given;
use super::plan::{CapacityPlan, CapacityRule, Dtype};
use super::point::Point;
use super::tally::Tally;
use super::world::World;

/// Bytes of one network of a point, and of what is kept of its cues.
pub(super) fn network(plan: &CapacityPlan, point: &Point, packed: bool) -> u64 {
    let (n, d) = (point.memories as u64, point.features as u64);
    let cues = u64::from(plan.cues);
    let bits =
        |rows: u64, columns: u64| rows.saturating_mul(columns.div_ceil(64)).saturating_mul(8);
    if packed {
        let numbers = n.saturating_mul(24).saturating_add((d + 1).saturating_mul(400));
        let rows = bits(n, d).saturating_add(bits(d, n));
        return rows.saturating_add(numbers).saturating_add(bits(cues, d).saturating_mul(3));
    }
    let size = if plan.dtype == Dtype::F32 { 4 } else { 8 };
    let matrix = n.saturating_mul(d).saturating_mul(size);
    let flips = plan.rule != CapacityRule::Synchronous;
    // rows as drawn, as cut, as stored by panels; by columns where spins flip
    let matrices = matrix.saturating_mul(if flips { 5 } else { 4 });
    let couplings =
        if plan.learning.is_some() { d.saturating_mul(d).saturating_mul(16) } else { 0 };
    let states = cues.saturating_mul(d.saturating_mul(48)).saturating_add(n.saturating_mul(64));
    matrices.saturating_add(couplings).saturating_add(states)
}

/// Refuses points that do not fit into so many free bytes, with one network in each thread.
pub(super) fn check(
    plan: &CapacityPlan,
    points: &[Point],
    packed: bool,
    available: Option<u64>,
) -> Result<(), CapacityError> {
    let Some(available) = available else { return Ok(()) };
    let threads = rayon::current_num_threads();
    let kept =
        (points.len() as u64 * u64::from(plan.networks)).saturating_mul(size_of::<Tally>() as u64);
    for point in points {
        let needed = network(plan, point, packed).saturating_add(kept / threads as u64);
        if needed.saturating_mul(threads as u64) > available {
            let Point { memories, features, .. } = *point;
            return Err(CapacityError::Room { memories, features, needed, threads, available });
        }
    }
    Ok(())
}

/// The most memories that a search may go to at a point: what fits, and what there is.
pub(super) fn most_memories(world: &World<'_>, point: &Point, available: Option<u64>) -> usize {
    let given = world.given.map_or(usize::MAX >> 16, Given::len);
    let Some(available) = available else { return given };
    let share = available / rayon::current_num_threads() as u64;
    let fits =
        |n: usize| network(world.plan, &Point { memories: n, ..*point }, world.packed) <= share;
    let (mut low, mut high) = (1, given);
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if fits(middle) { low = middle } else { high = middle - 1 }
    }
    low
}
