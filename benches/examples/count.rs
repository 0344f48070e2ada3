//! Runs one kernel once on fixed data, for counting its instructions.

use attractor_dynamics::{Proof, StopRule};
use attractor_effective::{DenseMemory, Effective, ModernHopfield, Recall};
use attractor_lagrangian::{Lagrangian, LogCosh, LogSumExp, Real, RectifiedPower, Softplus};
use attractor_synapse::{Answers, Element, Memories, Question, Screened};
use benches::{memories, normals};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let kernel = std::env::args().nth(1).ok_or("give the name of a kernel")?;
    match kernel.as_str() {
        "modern-map-1" => modern(1, Proof::Visible),
        "modern-map-64" => modern(64, Proof::Visible),
        "modern-full-64" => modern(64, Proof::Full),
        "dense-map-64" => dense(64),
        "screened-1" => screened(),
        "softmax-f32" => activate::<f32>(&LogSumExp::new(2.0)?),
        "softmax-f64" => activate::<f64>(&LogSumExp::new(2.0)?),
        "tanh-f32" => activate::<f32>(&LogCosh::new(2.0)?),
        "tanh-f64" => activate::<f64>(&LogCosh::new(2.0)?),
        "logistic-f32" => activate::<f32>(&Softplus::new(2.0)?),
        "logistic-f64" => activate::<f64>(&Softplus::new(2.0)?),
        other => Err(format!("no kernel is called {other}").into()),
    }
}

/// Three certified steps of model B: N = 4096, d = 64.
fn modern(queries: usize, proof: Proof) -> Result<(), Box<dyn Error>> {
    let model: ModernHopfield<f32> = Effective::modern(memories(4096, 64), LogSumExp::new(8.0)?)?;
    let how = Recall { proof, ..Recall::by(StopRule::exactly(3, 1e-6)?) };
    model.retrieve(&normals(2, queries, 64), &how, &mut ())?;
    Ok(())
}

/// Three certified steps of model A with the rectified power 3: N = 4096, d = 64.
fn dense(queries: usize) -> Result<(), Box<dyn Error>> {
    let model: DenseMemory<f32, _> = Effective::dense(memories(4096, 64), RectifiedPower::new(3)?)?;
    let how = Recall::by(StopRule::exactly(3, 1e-6)?);
    model.retrieve(&normals(2, queries, 64), &how, &mut ())?;
    Ok(())
}

/// The index of N = 8192, d = 256, and twenty queries that are screened one by one.
fn screened() -> Result<(), Box<dyn Error>> {
    let softmax = LogSumExp::new(60.0)?;
    let screened = Screened::new(memories::<f32>(8192, 256), 1e-7)?.eager();
    for cue in normals::<f32>(4, 20, 256).chunks_exact(256) {
        // nothing to use again
        screened.read(&Question::of(&softmax, cue), &mut Answers::default());
    }
    Ok(())
}

/// The outputs of 10,000 neurons, a hundred times.
fn activate<T: Real + Element>(lagrangian: &dyn Lagrangian<T>) -> Result<(), Box<dyn Error>> {
    let x = normals::<T>(3, 10_000, 1);
    let mut g = x.clone();
    for _ in 0..100 {
        lagrangian.activate(x.as_slice(), std::hint::black_box(g.as_mut_slice()));
    }
    Ok(())
}
