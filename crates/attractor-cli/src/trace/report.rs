//! What `trace` prints: one JSON object, or a summary.

use super::t_end;
use crate::args::{Bias, Model, Start, TraceArgs};
use crate::failure::Failure;
use crate::files::Facts;
use crate::model::BuiltNetwork;
use crate::report::{ModelFacts, print_bytes, print_json};
use attractor_dynamics::{Certificate, Outcome};
use attractor_network::{EnergyTerms, NetworkState, Record, Trajectory};
use attractor_synapse::{Answers, Element, Memories, Nearest, Question};
use serde::Serialize;

/// The object that `trace --json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    schema: &'static str,
    #[serde(flatten)]
    model: ModelFacts<'a>,
    bias: &'static str,
    query: usize,
    start: &'static str,
    integrator: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerance: Option<f64>,
    dt: f64,
    t_end: f64,
    tau_f: f64,
    tau_h: f64,
    every: u32,
    guarantee: &'static str,
    steps: usize,
    outcome: &'static str,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    course: Option<Course<'a>>,
}

/// The numbers of a run that stayed finite.
#[derive(Debug, Serialize)]
struct Course<'a> {
    t: Vec<f64>,
    energy: Vec<f64>,
    feature: Vec<f64>,
    hidden: Vec<f64>,
    coupling: Vec<f64>,
    /// Per recorded interval, where the integrator proves one.
    #[serde(skip_serializing_if = "Option::is_none")]
    certified_drop: Option<Vec<f64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounding: Option<Vec<f64>>,
    largest_rise: f64,
    /// No step raised the energy by more than rounding explains.
    #[serde(skip)]
    fell: bool,
    residual: f64,
    #[serde(flatten)]
    found: Found<'a>,
    v: Vec<f64>,
    h: Vec<f64>,
}

/// The memory that the final outputs are nearest to.
#[derive(Debug, Serialize)]
struct Found<'a> {
    nearest: usize,
    overlap: f64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    negated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
}

impl<'a> Report<'a> {
    pub(crate) fn new<T: Element>(
        args: &'a TraceArgs,
        tolerance: Option<f64>,
        built: &'a BuiltNetwork<T>,
        facts: &'a Facts,
        state: &NetworkState<T>,
        trajectory: &Trajectory<T>,
    ) -> Self {
        let found = || Found::new(args.choice.model, built, facts, state);
        let finite = trajectory.outcome != Outcome::NotFinite;
        Self {
            schema: "attractor.trace/1",
            model: ModelFacts::new(args.choice.model, &built.hidden, built.network.memories()),
            bias: match args.choice.bias {
                Bias::None => "none",
                Bias::Euclidean => "euclidean",
            },
            query: args.query,
            start: match args.hidden {
                Start::Overlaps => "overlaps",
                Start::Zero => "zero",
            },
            integrator: &args.integrator,
            tolerance,
            dt: args.dt,
            t_end: t_end(args),
            tau_f: args.tau_f,
            tau_h: args.tau_h,
            every: args.every,
            guarantee: trajectory.guarantee.name(),
            steps: trajectory.steps,
            outcome: trajectory.outcome.name(),
            course: finite.then(|| Course::new(trajectory, built.network.features(), found())),
        }
    }
}

impl<'a> Course<'a> {
    fn new<T: Element>(trajectory: &Trajectory<T>, features: usize, found: Found<'a>) -> Self {
        let records = &trajectory.records;
        let energies = |part: fn(&EnergyTerms) -> f64| -> Vec<f64> {
            records.iter().map(|record| part(&record.energy)).collect()
        };
        let last = records.last().unwrap_or_else(|| unreachable!("the last state is recorded"));
        let (v, h) = last.state.split_at(features);
        Self {
            t: records.iter().map(|record| record.time).collect(),
            energy: energies(|e| e.total().value),
            feature: energies(|e| e.feature.value),
            hidden: energies(|e| e.hidden.value),
            coupling: energies(|e| e.coupling.value),
            certified_drop: intervals(records).map(|c| Some(c?.drop)).collect(),
            rounding: intervals(records).map(|c| Some(c?.rounding)).collect(),
            largest_rise: trajectory.largest_rise(),
            fell: trajectory.rise.is_none(),
            residual: last.residual,
            found,
            v: v.iter().map(|v| v.f64()).collect(),
            h: h.iter().map(|h| h.f64()).collect(),
        }
    }
}

/// The certificates of what lies between the records.
fn intervals<T>(records: &[Record<T>]) -> impl Iterator<Item = Option<Certificate>> + '_ {
    records.iter().skip(1).map(|record| record.certificate)
}

impl<'a> Found<'a> {
    /// Spins that point away from a memory say so, as those of `recall` do.
    fn new<T: Element>(
        model: Model,
        built: &BuiltNetwork<T>,
        facts: &'a Facts,
        state: &NetworkState<T>,
    ) -> Self {
        let mut answers = Answers::default();
        let question = Question::of(built.hidden.lagrangian(), state.g());
        built.network.memories().read(&question, &mut answers);
        let Nearest { memory, overlap, opposite, opposite_overlap } = answers.get(0).nearest;
        let spins = matches!(model, Model::Hopfield | Model::Dense);
        let negated = spins && overlap < 0.99 && opposite_overlap <= -0.99;
        let nearest = if negated { opposite } else { memory };
        Self {
            nearest,
            overlap: if negated { opposite_overlap } else { overlap },
            negated,
            label: facts.labels.as_ref().and_then(|l| l.get(nearest)).map(String::as_str),
        }
    }
}

impl Report<'_> {
    /// On standard output, unless the rows of the trace go there.
    pub(crate) fn print(&self, args: &TraceArgs) -> Result<(), Failure> {
        match () {
            () if args.outputs.to_stdout() => Ok(()),
            () if args.outputs.json => print_json(self),
            () => print_bytes(self.summary().as_bytes()),
        }
    }

    fn summary(&self) -> String {
        let Self { model, integrator, dt, tau_f, tau_h, guarantee, steps, outcome, .. } = self;
        let most = if self.tolerance.is_some() { "at most " } else { "= " };
        let mut lines = vec![
            format!("network       {model}"),
            format!(
                "time          tau_f = {tau_f}, tau_h = {tau_h}; {integrator} with dt {most}{dt}"
            ),
            format!("guarantee     {guarantee}"),
            format!("outcome       {outcome}, {steps} steps"),
        ];
        lines.extend(self.course.iter().flat_map(Course::lines));
        lines.join("\n") + "\n"
    }
}

impl Course<'_> {
    fn lines(&self) -> Vec<String> {
        let Found { nearest, overlap, negated, label } = &self.found;
        let sign = if *negated { "the negative of " } else { "" };
        let label = label.map(|label| format!(" ({label})")).unwrap_or_default();
        let rise = match self.largest_rise {
            rise if !(rise > 0.0) => "none".to_owned(),
            rise if self.fell => format!("{rise:.2e} between two records, within rounding"),
            rise => format!("{rise:.2e} between two records"),
        };
        let mut lines = vec![
            format!("energy        {}", fall(&self.energy)),
            format!("  feature     {}", fall(&self.feature)),
            format!("  hidden      {}", fall(&self.hidden)),
            format!("  coupling    {}", fall(&self.coupling)),
        ];
        if let (Some(drops), Some(roundings)) = (&self.certified_drop, &self.rounding) {
            let sum = |x: &[f64]| x.iter().sum::<f64>();
            lines.push(format!(
                "certified     it fell by {:.6e}, less at most {:.1e} of rounding",
                sum(drops),
                sum(roundings)
            ));
        }
        lines.extend([
            format!("largest rise  {rise}"),
            format!("residual      {:.2e} from rest", self.residual),
            format!("nearest       {sign}memory {nearest}{label}, overlap {overlap:.4}"),
        ]);
        lines
    }
}

/// The first and the last of some energies.
fn fall(energies: &[f64]) -> String {
    let end = |energy: Option<&f64>| energy.copied().unwrap_or(f64::NAN);
    format!("{:.6e} to {:.6e}", end(energies.first()), end(energies.last()))
}
