//! Why the program ends with another code than 0.

use attractor_attention::AttentionError;
use attractor_effective::ModelError;
use attractor_figure::FigureError;
use attractor_io::{ErrorClass, IoError};
use attractor_lagrangian::{Inadmissible, ParameterError};
use attractor_network::{NetworkError, PlanError};
use std::io;

/// An exit code with what to tell the user.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: u8,
    pub(crate) message: String,
}

/// A runtime failure, or a state that is not finite.
pub(crate) const RUNTIME: u8 = 1;
/// The command line asks for something that cannot be.
pub(crate) const USAGE: u8 = 2;
/// The data is bad.
pub(crate) const INPUT: u8 = 3;
/// `--settle` did not settle; the results are written.
pub(crate) const NOT_SETTLED: u8 = 4;
/// A claim turned out otherwise; the results are written.
pub(crate) const DISAGREES: u8 = 4;

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: USAGE, message: message.into() }
    }

    /// Names the file where the data is bad.
    pub(crate) fn about(self, file: &str) -> Self {
        if self.code == INPUT {
            Self { message: format!("{file}: {}", self.message), ..self }
        } else {
            self
        }
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self { code: INPUT, message: message.into() }
    }
}

impl From<IoError> for Failure {
    fn from(error: IoError) -> Self {
        let code = match error.class() {
            ErrorClass::Input => INPUT,
            ErrorClass::Usage => USAGE,
            _ => RUNTIME,
        };
        match error {
            IoError::Write { error, .. } if error.kind() == io::ErrorKind::BrokenPipe => {
                error.into()
            }
            error => Self { code, message: error.to_string() },
        }
    }
}

impl From<ParameterError> for Failure {
    fn from(error: ParameterError) -> Self {
        Self::usage(error.to_string())
    }
}

/// A pair of Lagrangians is the command line's choice, norms are the data's.
fn inadmissible(error: &Inadmissible) -> u8 {
    if matches!(error, Inadmissible::NormTooLarge { .. }) { INPUT } else { USAGE }
}

impl From<ModelError> for Failure {
    /// Cues and what leaves the scalar's range are the data's, what a model cannot do is not.
    fn from(error: ModelError) -> Self {
        let code = match &error {
            ModelError::Inadmissible(pair) => inadmissible(pair),
            ModelError::Coupled | ModelError::CoupledClamp => USAGE,
            _ => INPUT,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<AttentionError> for Failure {
    /// Sets and weights are the data's, heads and steps the command line's choice.
    fn from(error: AttentionError) -> Self {
        let code = match &error {
            AttentionError::NoHeads
            | AttentionError::NoSteps
            | AttentionError::Heads { .. }
            | AttentionError::Parameter(_) => USAGE,
            AttentionError::Size { what: "the list of betas", .. } => USAGE,
            _ => INPUT,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<NetworkError> for Failure {
    /// Cues and what leaves the scalar's range are the data's, all else is the command line's choice.
    fn from(error: NetworkError) -> Self {
        let code = match &error {
            NetworkError::Inadmissible(pair) => inadmissible(pair),
            NetworkError::Overflow { .. } | NetworkError::ZeroState => INPUT,
            _ => USAGE,
        };
        Self { code, message: error.to_string() }
    }
}

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<FigureError> for Failure {
    fn from(error: FigureError) -> Self {
        Self { code: RUNTIME, message: format!("the figure cannot be drawn: {error}") }
    }
}

impl From<io::Error> for Failure {
    /// A reader that has seen enough (`attractor … | head`) ends the program quietly.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { code: 0, message: String::new() };
        }
        Self { code: RUNTIME, message: format!("cannot write to standard output: {error}") }
    }
}
