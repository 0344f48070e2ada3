//! The hyper-parameters: those that were considered, and those chosen by validation.

use crate::digits::Change;
use crate::loss::Loss;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// K.
    pub(crate) memories: usize,
    /// n of F(x) = x₊ⁿ/n.
    pub(crate) power: u32,
    pub(crate) loss: Loss,
    /// β of tanh(β Δ), or of the softmax.
    pub(crate) beta: f64,
    /// The deviation of every ξ before training; their mean is 0.
    pub(crate) sigma: f64,
    /// The first step of Adam; the steps fall linearly to 0.
    pub(crate) rate: f64,
    pub(crate) epochs: usize,
    pub(crate) change: Change,
}

/// What the validation digits chose, without any change to the training digits: the loss of the
/// paper, with a β that does not saturate tanh before the training starts.
const PLAIN: Plan = Plan {
    memories: 1_000,
    power: 3,
    loss: Loss::Power(3),
    beta: 0.1,
    sigma: 0.05,
    rate: 0.003,
    epochs: 20,
    change: Change { shift: 0, hidden: 0.0 },
};

const CROSS_ENTROPY: Plan = Plan { loss: Loss::CrossEntropy, beta: 1.0, ..PLAIN };

const fn hidden(hidden: f64) -> Plan {
    Plan { change: Change { shift: 0, hidden }, ..PLAIN }
}

/// There is more to learn from digits that move, so it takes longer.
const fn shifted(shift: usize) -> Plan {
    Plan { epochs: 40, change: Change { shift, hidden: 0.0 }, ..PLAIN }
}

/// The rows of the test.
pub(crate) fn chosen() -> Vec<(&'static str, Plan)> {
    vec![
        ("plain", PLAIN),
        ("cross-entropy", CROSS_ENTROPY),
        ("0.3 of the pixels hidden", hidden(0.3)),
        ("shifted by up to a pixel", shifted(1)),
    ]
}

/// The rows of the validation: the plain plan, and what differs from it. A mean of three seeds on
/// 1,000 digits is known to about half a percent, so of equals the cheaper plan was chosen.
pub(crate) fn considered() -> Vec<(&'static str, Plan)> {
    vec![
        ("plain", PLAIN),
        ("n = 2", Plan { power: 2, ..PLAIN }),
        ("n = 4", Plan { power: 4, ..PLAIN }),
        ("n = 4, rate 0.001", Plan { power: 4, rate: 0.001, ..PLAIN }),
        ("500 memories", Plan { memories: 500, ..PLAIN }),
        ("2000 memories", Plan { memories: 2_000, ..PLAIN }),
        ("β = 0.03", Plan { beta: 0.03, ..PLAIN }),
        ("β = 0.3", Plan { beta: 0.3, ..PLAIN }),
        ("σ = 0.03", Plan { sigma: 0.03, ..PLAIN }),
        ("σ = 0.1", Plan { sigma: 0.1, ..PLAIN }),
        ("rate 0.001", Plan { rate: 0.001, ..PLAIN }),
        ("rate 0.01", Plan { rate: 0.01, ..PLAIN }),
        ("40 epochs", Plan { epochs: 40, ..PLAIN }),
        ("m = 1", Plan { loss: Loss::Power(1), ..PLAIN }),
        ("m = 2", Plan { loss: Loss::Power(2), ..PLAIN }),
        ("cross-entropy, β = 1", CROSS_ENTROPY),
        ("0.3 of the pixels hidden", hidden(0.3)),
        ("0.5 of the pixels hidden", hidden(0.5)),
        ("0.7 of the pixels hidden", hidden(0.7)),
        ("shifted by up to a pixel", shifted(1)),
        ("shifted by up to two", shifted(2)),
    ]
}
