//! What the program reads from its command line: limits, names, Lagrangians as data, and models made of them.

use attractor_dynamics::Outcome;
use attractor_effective::{Effective, Recall};
use attractor_io::{Limit, Limits};
use attractor_lagrangian::{AnyLagrangian, Lagrangian};
use attractor_synapse::{Normalize, Precision, Synapses};

/// Two lines: each is taken for a limit, a normalisation, a precision and a Lagrangian; two Lagrangians make a model.
pub fn settings(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (visible, hidden) = text.split_once('\n').unwrap_or((&text, &text));
    let made = [visible, hidden].map(|text| {
        limit(text);
        names(text);
        lagrangian(text)
    });
    if let [Some(visible), Some(hidden)] = made {
        model(visible, hidden);
    }
}

fn limit(text: &str) {
    match text.parse::<Limit>() {
        Ok(limit) => Limits::default().set(limit),
        Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
    }
}

/// What has a name is called by it.
fn names(text: &str) {
    if let Ok(kind) = text.parse::<Normalize>() {
        assert_eq!(kind.name(), text);
    }
    if let Ok(precision) = text.parse::<Precision>() {
        assert_eq!(precision.name(), text);
    }
}

/// A Lagrangian that is read is written and read as the same, and tells its activation for some numbers.
fn lagrangian(text: &str) -> Option<AnyLagrangian> {
    let read: AnyLagrangian = serde_json::from_str(text).ok()?;
    let written = serde_json::to_string(&read).unwrap_or_else(|error| panic!("{read:?}: {error}"));
    let again: AnyLagrangian =
        serde_json::from_str(&written).unwrap_or_else(|error| panic!("{written}: {error}"));
    assert_eq!(read, again, "{written}");
    let x = [1.0f64, -2.0, 0.5, 0.0, 0.25, -0.125];
    // a number of neurons that its groups do not divide is the caller's mistake
    let group = <AnyLagrangian as Lagrangian<f64>>::properties(&read).group;
    if group.is_none_or(|group| x.len().is_multiple_of(group)) {
        let _value: f64 = read.value(&x);
        read.activate(&x, &mut [0.0; 6]);
    }
    Some(read)
}

/// Lagrangians that make no model together are refused; a model recalls, and says so if its numbers leave the range.
fn model(visible: AnyLagrangian, hidden: AnyLagrangian) {
    let rows = [[1.0, -1.0, 0.5, 0.0], [0.25, 2.0, -0.5, 1.0]];
    let memories = Synapses::from_rows(&rows).unwrap_or_else(|error| panic!("{error}"));
    let (Ok(model), Ok(how)) =
        (Effective::<f64, _, _>::new(visible, hidden, memories), Recall::steps(2, 1e-9))
    else {
        return;
    };
    let cues = [0.5, -0.5, 0.25, 1.0, 4.0, 0.0, -2.0, 0.125];
    let Ok(found) = model.retrieve(&cues, &how, &mut ()) else { return };
    for one in found.iter().filter(|one| !matches!(one.outcome, Outcome::NotFinite)) {
        assert!(one.state.iter().all(|x| x.is_finite()), "{model:?}: {one:?}");
        assert!(one.energy.is_finite() && one.certificate.is_finite(), "{model:?}: {one:?}");
    }
}
