//! What has been measured so far, in memory and in a file.

use super::error::CapacityError;
use super::plan::CapacityPlan;
use super::point::Point;
use super::tally::Tally;
use crate::{Machine, Provenance};
use attractor_io::{IoError, Overwrite, Source, read_whole, write_output};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// The schema of the file.
const SCHEMA: &str = "attractor.capacity.checkpoint/1";

/// The networks that have been measured, point by point; of each point the first ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
}

/// The networks of one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    pub(super) point: Point,
    pub(super) tallies: Vec<Tally>,
}

/// A checkpoint: what must agree before it is gone on with, and what was measured.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Saved {
    schema: String,
    version: String,
    commit: Option<String>,
    architecture: String,
    machine_features: Vec<String>,
    plan: CapacityPlan,
    entries: Vec<Entry>,
}

impl Ledger {
    /// The points, in the order in which they were begun.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The networks of a point.
    pub(super) fn of(&self, point: &Point) -> &[Tally] {
        let place = self.places.get(&point.name());
        place.map_or(&[], |place| self.entries[*place].tallies.as_slice())
    }

    /// The next network of a point.
    pub(super) fn push(&mut self, point: Point, tally: Tally) {
        let next = self.entries.len();
        let place = *self.places.entry(point.name()).or_insert(next);
        if place == next {
            self.entries.push(Entry { point, tallies: Vec::new() });
        }
        self.entries[place].tallies.push(tally);
    }

    /// Writes the checkpoint, whole.
    pub(super) fn save(&self, path: &Path, plan: &CapacityPlan) -> Result<(), CapacityError> {
        let mut file = Saved::new(plan);
        file.entries.clone_from(&self.entries);
        let name = || path.display().to_string();
        let bytes = serde_json::to_vec(&file)
            .map_err(|error| IoError::Write { name: name(), error: std::io::Error::from(error) })?;
        Ok(write_output(path, Overwrite::Replace, &bytes)?)
    }

    /// Reads the checkpoint of this very experiment, on this kind of machine.
    pub(super) fn load(path: &Path, plan: &CapacityPlan) -> Result<Self, CapacityError> {
        let name = path.display().to_string();
        let bytes = read_whole(&Source::from(path))?;
        let file: Saved = serde_json::from_slice(&bytes).map_err(|error| {
            CapacityError::NotCheckpoint { name: name.clone(), problem: error.to_string() }
        })?;
        file.check(&name, &Saved::new(plan))?;
        let mut ledger = Self::default();
        for Entry { point, tallies } in file.entries {
            tallies.into_iter().for_each(|tally| ledger.push(point, tally));
        }
        Ok(ledger)
    }
}

impl Saved {
    fn new(plan: &CapacityPlan) -> Self {
        let (made, machine) = (Provenance::new(plan.seed, plan.dtype.name()), Machine::here());
        Self {
            schema: SCHEMA.to_owned(),
            version: made.version.to_owned(),
            commit: made.commit.map(str::to_owned),
            architecture: machine.architecture.to_owned(),
            machine_features: machine.features.into_iter().map(str::to_owned).collect(),
            plan: plan.clone(),
            entries: Vec::new(),
        }
    }

    /// Refuses what is not about this experiment, naming the first thing that differs.
    fn check(&self, name: &str, here: &Self) -> Result<(), CapacityError> {
        if self.schema != here.schema {
            let problem = format!("its schema is {:?}", self.schema);
            return Err(CapacityError::NotCheckpoint { name: name.to_owned(), problem });
        }
        let (there, expected) = (self.facts(), here.facts());
        let keys = there.keys().chain(expected.keys());
        match keys.into_iter().find(|key| there.get(*key) != expected.get(*key)) {
            None => Ok(()),
            Some(key) => {
                let text = |facts: &serde_json::Map<String, serde_json::Value>| {
                    facts.get(key).map_or_else(|| "nothing".to_owned(), ToString::to_string)
                };
                let (name, what) = (name.to_owned(), key.clone());
                let (found, expected) = (text(&there), text(&expected));
                Err(CapacityError::Other { name, what, found, expected })
            }
        }
    }

    /// All but the entries, flat.
    fn facts(&self) -> serde_json::Map<String, serde_json::Value> {
        let of = |value: serde_json::Result<serde_json::Value>| match value {
            Ok(serde_json::Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        let mut facts = of(serde_json::to_value(&self.plan));
        let mut add = |key: &str, value: serde_json::Value| facts.insert(key.to_owned(), value);
        add("version", self.version.clone().into());
        add("commit", self.commit.clone().into());
        add("architecture", self.architecture.clone().into());
        add("machine features", self.machine_features.clone().into());
        facts
    }
}
