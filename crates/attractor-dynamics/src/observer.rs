//! Watching a run without changing it.

use crate::{Look, Run};

/// Sees every look of a run; all methods have empty defaults. `()` watches nothing.
pub trait Observer {
    /// Query `query` was looked at after `step` steps.
    fn look(&mut self, query: usize, step: usize, look: &Look) {
        let _ = (query, step, look);
    }

    /// Query `query` stopped.
    fn stopped(&mut self, query: usize, run: &Run) {
        let _ = (query, run);
    }

    /// Asked before every step: `true` stops all queries where they are.
    fn interrupted(&mut self) -> bool {
        false
    }
}

impl Observer for () {}

/// Keeps every look at the first `queries` queries, at most `steps` of each.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    looks: Vec<Vec<Look>>,
    steps: usize,
}

impl Trace {
    /// A trace with bounded memory: `queries` × `steps` looks at most.
    pub fn new(queries: usize, steps: usize) -> Self {
        Self { looks: vec![Vec::new(); queries], steps }
    }

    /// The looks at each query, one per step from the initial state on.
    pub fn looks(&self) -> &[Vec<Look>] {
        &self.looks
    }
}

impl Observer for Trace {
    fn look(&mut self, query: usize, _step: usize, look: &Look) {
        if let Some(looks) = self.looks.get_mut(query)
            && looks.len() < self.steps
        {
            looks.push(*look);
        }
    }
}
