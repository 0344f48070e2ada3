//! How far a run is, and how long it will take.

use super::point::Point;
use std::time::{Duration, Instant};

/// How far a run is.
#[derive(Debug, Clone, PartialEq)]
pub struct CapacityProgress {
    /// The share of the work that is done; of a search, of what it will take about.
    pub done: f64,
    /// How long the rest will take at the pace so far; `None` while there is too little to tell.
    pub remaining: Option<Duration>,
    /// Where the run is.
    pub point: Point,
}

/// The pace of this session: what was taken from a checkpoint took no time.
#[derive(Debug)]
pub(super) struct Pace {
    begin: Instant,
    done: f64,
}

/// How long a run must have gone on before it says how long it will.
const ENOUGH: Duration = Duration::from_millis(500);

impl Pace {
    pub(super) fn new(begin: Instant) -> Self {
        Self { begin, done: 0.0 }
    }

    /// Takes in work (done since the last look, left).
    pub(super) fn look(
        &mut self,
        now: Instant,
        (more, left): (f64, f64),
        at: &Point,
    ) -> CapacityProgress {
        self.done += more;
        let (left, spent) = (left.max(0.0), now - self.begin);
        let told = spent >= ENOUGH && self.done > 0.0;
        let seconds = spent.as_secs_f64() * left / self.done;
        CapacityProgress {
            done: self.done / (self.done + left),
            remaining: told.then(|| Duration::try_from_secs_f64(seconds).ok()).flatten(),
            point: *at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_takes_as_long_as_it_costs() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin);
        let early = pace.look(begin + ENOUGH / 2, (1.0, 9.0), &Point::default());
        assert_eq!((early.remaining, early.done > 0.09), (None, true));
        let later = pace.look(begin + 2 * ENOUGH, (1.0, 8.0), &Point::default());
        assert_eq!(later.remaining, Some(8 * ENOUGH));
        let last = pace.look(begin + 3 * ENOUGH, (8.0, 0.0), &Point::default());
        assert_eq!((last.remaining, last.done >= 1.0), (Some(Duration::ZERO), true));
    }
}
