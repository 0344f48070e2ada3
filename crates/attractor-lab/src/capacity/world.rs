//! One network after the other: the items of work.

use super::error::CapacityError;
use super::given::Given;
use super::plan::{CapacityPlan, Dtype};
use super::point::Point;
use super::tally::Tally;
use super::{numbers, packed};
use crate::generator;
use attractor_effective::PackedSpins;
use attractor_lagrangian::AnyLagrangian;

/// All that items are made from.
#[derive(Debug)]
pub(super) struct World<'a> {
    pub(super) plan: &'a CapacityPlan,
    pub(super) given: Option<&'a Given>,
    pub(super) packed: bool,
}

/// What the networks of one point share.
#[derive(Debug)]
pub(super) struct Site {
    pub(super) point: Point,
    hidden: AnyLagrangian,
    tables: Option<PackedSpins>,
    name: String,
}

impl<'a> World<'a> {
    pub(super) fn new(plan: &'a CapacityPlan, given: Option<&'a Given>) -> Self {
        Self { plan, given, packed: packed::fits(plan, given) }
    }

    /// Makes what all networks of a point share.
    pub(super) fn site(&self, point: Point) -> Result<Site, CapacityError> {
        let hidden = hidden(self.plan, &point)?;
        let tables = match self.packed {
            true => Some(packed::spins(&hidden, self.plan.rule, point.features)?),
            false => None,
        };
        Ok(Site { point, hidden, tables, name: point.name() })
    }

    /// Network `index` of a point: a function of the plan, the point and the index alone.
    pub(super) fn item(&self, site: &Site, index: u64) -> Result<Tally, CapacityError> {
        let (plan, point, given) = (self.plan, &site.point, self.given);
        let random = &mut generator(plan.seed, &site.name, index);
        let ends = match (&site.tables, plan.dtype) {
            (Some(tables), _) => packed::ends(plan, point, tables, given, random),
            (None, Dtype::F32) => numbers::ends::<f32>(plan, point, &site.hidden, given, random)?,
            (None, Dtype::F64) => numbers::ends::<f64>(plan, point, &site.hidden, given, random)?,
        };
        Ok(Tally::of(&ends, point.memories, plan.recalled))
    }
}

/// The separation at a point: with the point's β where that is an axis.
pub(super) fn hidden(plan: &CapacityPlan, point: &Point) -> Result<AnyLagrangian, CapacityError> {
    let Some(beta) = point.beta else { return Ok(plan.separation.clone()) };
    let name = plan.separation.name();
    let no_beta = || CapacityError::Choice(format!("the separation {name} has no beta to vary"));
    let wrong = |error: serde_json::Error| CapacityError::Choice(format!("{name}: {error}"));
    let mut data = serde_json::to_value(&plan.separation).map_err(wrong)?;
    let slot = data.get_mut(name).and_then(|of| of.get_mut("beta")).ok_or_else(no_beta)?;
    *slot = beta.into();
    serde_json::from_value(data).map_err(wrong)
}
