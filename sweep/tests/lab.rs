//! Estimates, verdicts and experiments of hostile numbers.

use attractor_figure::{Chart, Svg};
use attractor_lab::*;
use attractor_lagrangian::{AnyLagrangian, LogSumExp};
use attractor_synapse::Patterns;
use std::time::Duration;
use sweep::{Fed, Sweep, fed, floats, vectors};

fn pairs() -> impl Iterator<Item = (f64, f64)> {
    floats::<f64>().flat_map(|a| floats::<f64>().map(move |b| (a, b)))
}

/// An estimate says of itself whether its numbers are sound.
fn told(estimate: Estimate) -> Result<Estimate, &'static str> {
    if estimate.is_sound() { Ok(estimate) } else { Err("no interval") }
}

fn estimates(s: &mut Sweep) {
    for (a, b) in pairs() {
        let found = Estimate { measured: a, low: a, high: b };
        s.call("Estimate::within", fed(&[a, b]), (a, b), || Estimate::within(a, b));
        s.call("Estimate::map", fed(&[a, b]), (a, b), || told(found.map(|x| x * x)));
        s.call("Estimate::is_sound", Fed::Finite, found, || found.is_sound());
        s.call("Verdict::of", Fed::Finite, (found, a, b), || {
            let verdict = Verdict::of(&found, a, b);
            assert!(found.is_sound() || verdict == Verdict::Undecided, "a verdict on no interval");
        });
        s.call("Part::new", fed(&[a, b]), (a, b), || Part::new("p", a, found, b));
        s.call("Part::beside", Fed::Finite, a, || Part::truth("p", true).beside("x", a));
    }
    for x in floats::<f64>() {
        s.call("Estimate::exact", fed(&[x]), x, || Estimate::exact(x));
        s.call("retrieval_overlap", fed(&[x]), x, || retrieval_overlap(x));
        s.call("Point::with", Fed::Finite, x, || {
            Axis::ALL.map(
                |axis| if x.is_finite() { Point::default().with(axis, x).on(axis) } else { 0.0 },
            )
        });
        s.call("Point::with", Fed::NotFinite, x, || {
            Axis::ALL.map(|axis| Point::default().with(axis, x))
        });
        s.call("Point::on", fed(&[x]), x, || Point::default().with(Axis::Noise, x).on(Axis::Noise));
    }
    let most = 1_000_000_000;
    for (successes, trials) in [
        (0, 0),
        (2, 1),
        (0, 1),
        (1, 1),
        (0, most),
        (1, most),
        (most / 2, most),
        (most, most),
        (u64::MAX, u64::MAX),
    ] {
        let input = (successes, trials);
        s.call("Estimate::proportion", Fed::Finite, input, || {
            Estimate::proportion(successes, trials)
        });
    }
    s.call("Estimate::truth", Fed::Finite, (), || Estimate::truth(false));
    s.call("Part::truth", Fed::Finite, (), || Part::truth("p", false));
    s.call("Verdict::name", Fed::Finite, (), || Verdict::Undecided.name());
}

fn lines(s: &mut Sweep) {
    for x in [0, 1, 2, 3, 9].into_iter().flat_map(vectors::<f64>) {
        s.call("Estimate::mean", Fed::Finite, &x, || Estimate::mean(&x));
        let given = fed(&x);
        s.call("Regression::through", Fed::Finite, &x, || {
            Regression::through(&numbered(&x)).map(|line| line.slope)
        });
        s.call("Regression::weighted", Fed::Finite, &x, || {
            let points: Vec<_> = numbered(&x).iter().map(|&(x, y)| (x, y, 0.5)).collect();
            Regression::weighted(&points).map(|line| line.slope)
        });
        let widths: Vec<_> = x.iter().enumerate().map(|(i, w)| (i as f64, 1.0, *w)).collect();
        s.call("Regression::weighted", Fed::Finite, &x, || {
            Regression::weighted(&widths).map(|l| l.slope)
        });
        if given == Fed::NotFinite && x.len() > 2 {
            s.tells("Estimate::mean", &x, || Estimate::mean(&x));
            s.tells("Regression::through", &x, || {
                Regression::through(&numbered(&x)).map(|_| "a line")
            });
        }
        let Ok(line) = Regression::through(&numbered(&x)) else { continue };
        for y in floats::<f64>() {
            s.call("Regression::at", fed(&[y]), (&x, y), || line.at(y));
            s.call("Regression::crossing", fed(&[y]), (&x, y), || told(line.crossing(y)));
        }
    }
}

fn numbered(y: &[f64]) -> Vec<(f64, f64)> {
    y.iter().enumerate().map(|(i, y)| (i as f64, *y)).collect()
}

fn svg() -> Svg {
    Chart::new("t").line("a", &[(0.0, 1.0), (1.0, 2.0)]).draw().unwrap()
}

struct Nobody;

impl Watch for Nobody {}

fn experiments(s: &mut Sweep) {
    let setting = Setting { seed: 1, effort: Effort::Quick, transformer: None };
    s.call("Setting::random", Fed::Finite, (), || setting.random("x", u64::MAX));
    s.call("generator", Fed::Finite, (), || generator(u64::MAX, "", 0));
    s.call("choose", Fed::Finite, (), || choose(&["no such claim".to_owned()]).is_ok());
    s.call("expected_seconds", Fed::Finite, (), || expected_seconds(&[], &setting));
    let none = || reproduce(&[], &setting, &mut Nobody);
    s.call("reproduce", Fed::Finite, "no claims", || none().claims.len());
    s.call("table", Fed::Finite, "no claims", || table(&none()));
    s.call("page", Fed::Finite, "no claims", || page(&none()).len());
    s.call("Watch::interrupted", Fed::Finite, (), || Nobody.interrupted());
    s.call("Effort::pick", Fed::Finite, (), || Effort::Quick.pick(1.0, f64::NAN));
    s.call("Effort::name", Fed::Finite, (), || Effort::Full.name());
    let finding = || Finding::new(vec![Part::truth("p", true)], svg(), "c").note("n");
    s.call("Finding::new", Fed::Finite, (), || finding().parts.len());
    s.call("Finding::note", Fed::Finite, (), || finding().notes);
    s.call("Finding::with", Fed::Finite, (), || finding().with("x", 1.0).parameters);
    s.call("Provenance::new", Fed::Finite, (), || Provenance::new(0, "f64").seed);
    s.call("Provenance::with", Fed::Finite, (), || {
        Provenance::new(0, "f64").with("a", 1).parameters
    });
    s.call("Machine::here", Fed::Finite, (), || Machine::here().system);
    for rows in vectors::<f64>(6) {
        let Ok(patterns) = Patterns::new(rows.clone(), 3) else { continue };
        let given = Given::new("g", patterns);
        s.call("Given::new", Fed::Finite, &rows, || (given.len(), given.features()));
        s.call("Given::len", Fed::Finite, (), || given.len());
        s.call("Given::is_empty", Fed::Finite, (), || given.is_empty());
        s.call("Given::features", Fed::Finite, (), || given.features());
        s.call("Given::source", Fed::Finite, (), || given.source());
    }
}

fn plan() -> CapacityPlan {
    CapacityPlan {
        model: CapacityModel::Modern,
        separation: AnyLagrangian::from(LogSumExp::new(1.0).unwrap()),
        rule: CapacityRule::Synchronous,
        learning: None,
        patterns: PatternSource::Sphere,
        features: vec![8],
        memories: vec![4],
        noise: vec![0.1],
        damage: Damage::Gaussian,
        beta: vec![8.0],
        lesion: vec![0.0],
        temperature: vec![],
        start: CapacityStart::Memories,
        stop: CapacityStop::Steps(5),
        networks: 1,
        cues: 2,
        recalled: 0.9,
        find: None,
        dtype: Dtype::F64,
        seed: 1,
    }
}

/// Every number of a plan is checked before anything is drawn.
fn plans(s: &mut Sweep) {
    for x in floats::<f64>() {
        let with = |change: &dyn Fn(&mut CapacityPlan)| {
            let mut plan = plan();
            change(&mut plan);
            plan
        };
        let changed = [
            with(&|plan| plan.noise = vec![x]),
            with(&|plan| plan.beta = vec![x]),
            with(&|plan| plan.lesion = vec![x]),
            with(&|plan| plan.recalled = x),
            with(&|plan| plan.temperature = vec![x]),
        ];
        for plan in changed {
            let how = CapacityHow {
                checkpoint: None,
                resume: false,
                every: Duration::MAX,
                available: None,
            };
            let run = || plan.run(None, &how, &mut |_| true);
            s.call("CapacityPlan::run", Fed::Finite, &plan, || run().is_ok());
            s.call("CapacityPlan::run", Fed::Finite, &plan, || {
                run().map(|report| report.points).ok()
            });
            if !x.is_finite() {
                s.tells("CapacityPlan::run", &plan, || run().map(|_| "taken"));
            }
            s.call("CapacityPlan::points", Fed::NotFinite, &plan, || plan.points().len());
            s.call("CapacityPlan::values", Fed::NotFinite, &plan, || plan.values(Axis::Noise));
            s.call("CapacityPlan::varied", Fed::Finite, &plan, || plan.varied());
            s.call("CapacityPlan::expected_memories", Fed::Finite, &plan, || {
                plan.expected_memories()
            });
        }
    }
}

#[test]
fn lab() {
    let mut s = Sweep::of("lab");
    estimates(&mut s);
    lines(&mut s);
    experiments(&mut s);
    plans(&mut s);
    s.finish();
}
