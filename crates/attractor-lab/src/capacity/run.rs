//! The run: items of work in parallel, in an order that does not matter.

use super::check;
use super::checkpoint::Ledger;
use super::error::CapacityError;
use super::given::Given;
use super::plan::{Axis, CapacityPlan};
use super::point::Point;
use super::progress::{CapacityProgress, Pace};
use super::report::CapacityReport;
use super::room;
use super::search::Curve;
use super::tally::Tally;
use super::world::{Site, World};
use rayon::prelude::*;
use std::path::Path;
use std::time::{Duration, Instant};

/// How a run is made; none of it changes the result.
#[derive(Debug, Clone, Copy, Default)]
pub struct CapacityHow<'a> {
    /// Where the checkpoint is kept.
    pub checkpoint: Option<&'a Path>,
    /// Goes on from the checkpoint.
    pub resume: bool,
    /// The least time between two checkpoints; it is also at least 20 times as long as writing one takes.
    pub every: Duration,
    /// Bytes of memory that are free, where that is known.
    pub available: Option<u64>,
}

/// How long work may go on between two looks at the watch.
const LOOK: Duration = Duration::from_millis(100);
/// How many times longer the time between two checkpoints is than that of writing one.
const SAVE_SHARE: u32 = 20;

impl CapacityPlan {
    /// Runs the experiment. `watch` hears of the progress about ten times a second, and says whether to go on; if
    /// not, what has been measured is in the checkpoint, and the report says that it is not complete.
    ///
    /// The report is a function of the plan and the patterns given, to the bit: threads, interruptions and the
    /// watch have no part in it.
    ///
    /// # Errors
    /// [`CapacityError`] for plans that cannot be, that do not fit into memory, and for the checkpoint of another
    /// experiment.
    pub fn run(
        &self,
        given: Option<&Given>,
        how: &CapacityHow<'_>,
        watch: &mut dyn FnMut(&CapacityProgress) -> bool,
    ) -> Result<CapacityReport, CapacityError> {
        check::check(self, given)?;
        let world = World::new(self, given);
        room::check(self, &self.points(), world.packed, how.available)?;
        let ledger = match (how.checkpoint, how.resume) {
            (Some(path), true) => Ledger::load(path, self)?,
            _ => Ledger::default(),
        };
        let now = Instant::now();
        let pace = Pace::new(now);
        let mut run = Run { world, how: *how, ledger, pace, watch, saved: now, saving: how.every };
        let (curves, complete) = run.everything()?;
        run.save()?;
        CapacityReport::new(&run.world, &run.ledger, &curves, complete)
    }
}

struct Run<'a> {
    world: World<'a>,
    how: CapacityHow<'a>,
    ledger: Ledger,
    pace: Pace,
    watch: &'a mut dyn FnMut(&CapacityProgress) -> bool,
    saved: Instant,
    saving: Duration,
}

impl Run<'_> {
    /// All points, or all curves to their ends; whether nothing interrupted it.
    fn everything(&mut self) -> Result<(Vec<Curve>, bool), CapacityError> {
        let (plan, points) = (self.world.plan, self.world.plan.points());
        let Some(find) = plan.find else {
            return Ok((Vec::new(), self.points(&points, 0.0)?));
        };
        let most = |point: &Point| room::most_memories(&self.world, point, self.how.available);
        let curve = |point: Point| Curve::new(plan, find, point, most(&point));
        let mut curves: Vec<Curve> = points.into_iter().map(curve).collect();
        loop {
            let next: Vec<(usize, f64)> = curves
                .iter()
                .enumerate()
                .filter_map(|(at, curve)| Some((at, curve.next()?)))
                .collect();
            if next.is_empty() {
                return Ok((curves, true));
            }
            let place = |&(at, x): &(usize, f64)| curves[at].base.with(find.axis, x);
            let points: Vec<Point> = next.iter().map(place).collect();
            let left = points.iter().zip(&next).map(|(point, (at, _))| {
                let more = f64::from(curves[*at].left().saturating_sub(1));
                more * f64::from(plan.networks) * cost(plan, point)
            });
            if !self.points(&points, left.sum())? {
                return Ok((curves, false));
            }
            for ((at, x), point) in next.into_iter().zip(points) {
                curves[at].learn(x, share(self.ledger.of(&point)));
            }
        }
    }

    /// All networks of some points; whether nothing interrupted it. `later` is the cost of what comes afterwards.
    fn points(&mut self, points: &[Point], later: f64) -> Result<bool, CapacityError> {
        let sites: Vec<Site> =
            points.iter().map(|point| self.world.site(*point)).collect::<Result<_, _>>()?;
        let networks = u64::from(self.world.plan.networks);
        let missing = |site| (self.done(site)..networks).map(move |index| (site, index));
        let items: Vec<(&Site, u64)> = sites.iter().flat_map(missing).collect();
        let costs: Vec<f64> =
            items.iter().map(|(site, _)| cost(self.world.plan, &site.point)).collect();
        let mut left = later + costs.iter().sum::<f64>();
        let (mut at, mut batch) = (0, rayon::current_num_threads());
        while at < items.len() {
            let chosen = &items[at..items.len().min(at + batch)];
            let begin = Instant::now();
            let found = chosen.par_iter().map(|(site, index)| self.world.item(site, *index));
            let found: Vec<Result<Tally, CapacityError>> = found.collect();
            for ((site, _), tally) in chosen.iter().zip(found) {
                self.ledger.push(site.point, tally?);
            }
            let done: f64 = costs[at..at + chosen.len()].iter().sum();
            (at, left) = (at + chosen.len(), left - done);
            let now = Instant::now();
            batch = next_batch(chosen.len(), now - begin);
            if !self.look(now, (done, left), &chosen[chosen.len() - 1].0.point)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn done(&self, site: &Site) -> u64 {
        self.ledger.of(&site.point).len() as u64
    }

    /// Tells the watch, and keeps the checkpoint; whether to go on.
    fn look(&mut self, now: Instant, work: (f64, f64), at: &Point) -> Result<bool, CapacityError> {
        let progress = self.pace.look(now, work, at);
        let goes_on = (self.watch)(&progress);
        if goes_on && now - self.saved >= self.saving {
            self.save()?;
        }
        Ok(goes_on)
    }

    fn save(&mut self) -> Result<(), CapacityError> {
        let Some(path) = self.how.checkpoint else { return Ok(()) };
        let begin = Instant::now();
        self.ledger.save(path, self.world.plan)?;
        self.saved = Instant::now();
        self.saving = self.how.every.max(SAVE_SHARE * (self.saved - begin));
        Ok(())
    }
}

/// The share of cues that were recalled.
pub(super) fn share(tallies: &[Tally]) -> f64 {
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>() as f64;
    sum(|t| t.recalled) / sum(|t| t.cues).max(1.0)
}

/// What one network costs, in any unit: it only has to grow along the axes as time does.
fn cost(plan: &CapacityPlan, point: &Point) -> f64 {
    let cues = (plan.cues as usize).min(point.memories) as f64;
    let steps = if point.noise > 0.0 { 3.0 } else { 2.0 };
    point.on(Axis::Memories) * point.on(Axis::Features) * (1.0 + cues * steps) + 1e4
}

/// So many items that they take about as long as may pass between two looks.
fn next_batch(items: usize, took: Duration) -> usize {
    let threads = rayon::current_num_threads();
    let aimed = items as f64 * LOOK.as_secs_f64() / took.as_secs_f64().max(1e-6);
    (aimed as usize).clamp(1, 4 * items.max(1)).next_multiple_of(threads)
}
