//! Where the program reads from, within the limits that the command line sets.

use attractor_io::{Limit, Limits, Source};
use std::sync::OnceLock;
use std::time::Duration;

static LIMITS: OnceLock<Limits> = OnceLock::new();

/// Sets the limits, once, before anything is read.
pub(crate) fn limit(changes: &[Limit]) {
    let mut limits = Limits::default();
    changes.iter().for_each(|change| limits.set(*change));
    LIMITS.get_or_init(|| limits);
}

/// The file that an argument names, or standard input.
pub(crate) fn source(arg: impl AsRef<std::ffi::OsStr>) -> Source {
    Source::from_arg(arg).within(LIMITS.get().copied().unwrap_or_default())
}

/// A time in seconds.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "give seconds, such as 2.5".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}
