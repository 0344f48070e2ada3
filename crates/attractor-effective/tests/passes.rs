//! How often a run reads the memories: what the page on cost says.

use attractor_dynamics::{Proof, StopRule};
use attractor_effective::{Effective, Recall};
use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Errand, Memories, Question, Relay, Synapses};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Memories that count how often they are read.
#[derive(Debug)]
struct Counted {
    synapses: Synapses<f32>,
    reads: AtomicUsize,
}

impl Memories<f32> for Counted {
    fn memories(&self) -> usize {
        self.synapses.memories()
    }
    fn features(&self) -> usize {
        self.synapses.features()
    }
    fn largest_norm(&self) -> f64 {
        self.synapses.largest_norm()
    }
    fn squared_norms(&self) -> Vec<f64> {
        self.synapses.squared_norms()
    }
    fn spectral_norm(&self) -> f64 {
        self.synapses.spectral_norm()
    }
    fn read(&self, question: &Question<'_, f32>, answers: &mut Answers<f32>) {
        self.reads.fetch_add(1, Relaxed);
        self.synapses.read(question, answers);
    }
    fn relay(&self, errand: Errand<'_, f32>, relay: &mut Relay<f32>) {
        self.synapses.relay(errand, relay);
    }
}

#[test]
fn k_certified_steps_read_the_memories_once_more_than_k_times() {
    let rows: Vec<[f32; 3]> = (0..50).map(|i| [i as f32, (i * i % 7) as f32, 1.0]).collect();
    for proof in [Proof::Visible, Proof::Full] {
        for steps in [1, 2, 5] {
            let synapses = Synapses::from_rows(&rows).expect("finite numbers");
            let counted = Counted { synapses, reads: AtomicUsize::new(0) };
            let softmax = LogSumExp::new(0.01).expect("an inverse temperature");
            let model = Effective::modern(&counted, softmax).expect("an admissible model");
            let rule = StopRule::exactly(steps, 1e-9).expect("a tolerance above 0");
            let how = Recall { proof, ..Recall::by(rule) };
            let found = model.retrieve(&[1.0, 2.0, 3.0], &how, &mut ()).expect("a cue that fits");
            assert_eq!(found.len(), 1);
            assert_eq!(counted.reads.load(Relaxed), steps + 1, "{proof:?}");
        }
    }
}
