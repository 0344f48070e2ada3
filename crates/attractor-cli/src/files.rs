//! What a command reads and writes: memories and cues in, states, figures and reports out.

use crate::args::{InputArgs, OutputArgs, RecallArgs};
use crate::failure::Failure;
use crate::mask;
use crate::source::source;
use attractor_io::{
    LoadedMemory, Memory, OutputKind, Overwrite, ReadOptions, check_output, encode_rows,
    load_memory, map_memory, read_patterns, write_output,
};
use attractor_synapse::{Element, Masked, MemoryId, Patterns, Synapses};
use serde::Serialize;
use std::path::Path;

/// What was read.
#[derive(Debug)]
pub(crate) struct Given<T> {
    pub(crate) synapses: Synapses<T>,
    pub(crate) cues: Patterns<T>,
    pub(crate) facts: Facts,
}

/// What is known of the memories besides their numbers.
#[derive(Debug)]
pub(crate) struct Facts {
    /// How many memories the file has.
    pub(crate) stored: usize,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) image: Option<(usize, usize)>,
    /// The memories that a mask lets through, by their places in the file.
    pub(crate) kept: Option<Vec<usize>>,
    /// What the memories of the file are called, where that is not their place.
    pub(crate) ids: Option<Vec<MemoryId>>,
    /// What the precision of the file has taken, where it has.
    pub(crate) taken: Option<Taken>,
}

/// Memories that are not quite what was stored.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Taken {
    precision: &'static str,
    /// No memory is further than this from what was stored: no overlap with a state g is off by more than
    /// this times the length of g.
    residual: f64,
}

impl Taken {
    fn of<T: Element>(loaded: &LoadedMemory<T>) -> Option<Self> {
        let residuals = loaded.memory.residuals()?;
        let residual = residuals.iter().fold(0.0, |most, r| f64::max(most, f64::from(*r)));
        (residual > 0.0).then_some(Self { precision: loaded.stored, residual })
    }

    fn tell(self, name: &str) {
        let Self { precision, residual } = self;
        anstream::eprintln!(
            "{name}: memories in {precision}, each within {residual:.3e} of what was stored: no overlap with a state is off by more than this times its length"
        );
    }
}

impl Facts {
    /// What the memories in use are called, if they have names.
    pub(crate) fn names(&self) -> Option<Vec<&str>> {
        Some(self.labels.as_ref()?.iter().map(String::as_str).collect())
    }

    /// What a memory in use is called, where that is not its place in the file.
    pub(crate) fn id(&self, memory: usize) -> Option<u64> {
        Some(self.ids.as_ref()?.get(self.place(memory))?.0)
    }

    /// The place in the file of a memory in use.
    pub(crate) fn place(&self, memory: usize) -> usize {
        self.kept.as_ref().and_then(|kept| kept.get(memory)).copied().unwrap_or(memory)
    }
}

/// The memories and the cues.
pub(crate) fn read<T: Element>(input: &InputArgs) -> Result<Given<T>, Failure> {
    let load = if input.map { map_memory::<T> } else { load_memory::<T> };
    let loaded = load(&source(&input.memory))?;
    let taken = Taken::of(&loaded).inspect(|taken| taken.tell(&input.memory));
    let LoadedMemory { memory, .. } = loaded;
    let cues = cues(input, &memory)?;
    let (labels, image) = (memory.labels().map(<[String]>::to_vec), memory.image());
    let ids = memory.has_gaps().then(|| memory.ids().to_vec());
    let facts = Facts { stored: memory.patterns().len(), labels, image, kept: None, ids, taken };
    Ok(Given { synapses: Synapses::new(memory.into_patterns()), cues, facts })
}

impl<T: Element> Given<T> {
    /// Leaves out the memories that the mask of this file does not let through.
    pub(crate) fn masked(self, path: Option<&str>) -> Result<Self, Failure> {
        let Some(path) = path else { return Ok(self) };
        let keep = mask::memories(path, self.synapses.patterns().len())?;
        let some = Masked::new(&self.synapses, &keep);
        let some = some.map_err(|error| Failure::input(format!("{path}: {error}")))?;
        let of = |labels: Vec<String>| {
            labels.into_iter().zip(&keep).filter(|(_, keep)| **keep).map(|(l, _)| l).collect()
        };
        let labels = self.facts.labels.map(of);
        let (synapses, ids) = some.into_parts();
        let facts = Facts { labels, kept: Some(ids), ..self.facts };
        Ok(Self { synapses, facts, ..self })
    }
}

/// The cues with the memory's own normalisation, of the memory's width.
fn cues<T: Element>(input: &InputArgs, memory: &Memory<T>) -> Result<Patterns<T>, Failure> {
    let options = ReadOptions { array: input.array.clone() };
    let raw = read_patterns::<T>(&source(&input.cue), &options)?.patterns;
    let (found, expected) = (raw.features(), memory.patterns().features());
    if found != expected {
        return Err(Failure::input(format!(
            "{}: the cues have {found} features, the memories of {} have {expected}: give cues of the same width",
            input.cue, input.memory
        )));
    }
    let normalised = memory.normalization().apply(raw);
    normalised.map_err(|error| Failure::input(format!("{}: {error}", input.cue)))
}

/// Standard streams are used once, and outputs are refused before the work, not after it.
pub(crate) fn check(input: &InputArgs, outputs: &OutputArgs) -> Result<(), Failure> {
    if input.memory == "-" && input.cue == "-" {
        return Err(Failure::usage("memory and cue cannot both come from standard input"));
    }
    if outputs.json && outputs.to_stdout() {
        return Err(Failure::usage(
            "--json and -o - both want standard output: name a file with -o",
        ));
    }
    if let Some(path) = &outputs.output {
        OutputKind::from_path(path)?;
        check_output(path, outputs.overwrite())?;
    }
    if let Some(path) = &outputs.figure {
        expect_svg(path)?;
        check_output(path, outputs.overwrite())?;
    }
    Ok(())
}

/// Figures are SVG, and are called so.
pub(crate) fn expect_svg(path: &Path) -> Result<(), Failure> {
    if path.extension().is_some_and(|extension| extension == "svg") {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::usage(format!("{path}: figures are drawn as SVG, name it *.svg")))
}

/// Writes the recalled states, where they are asked for.
pub(crate) fn write_states<'a, T: Element>(
    args: &RecallArgs,
    image: Option<(usize, usize)>,
    features: usize,
    states: impl Iterator<Item = &'a [T]>,
) -> Result<(), Failure> {
    let Some(path) = &args.outputs.output else { return Ok(()) };
    let rows: Vec<T> = states.flatten().copied().collect();
    if let Some(at) = rows.iter().position(|x| !x.is_finite()) {
        anstream::eprintln!("warning: the state of cue {} is not finite", at / features);
    }
    let bytes = encode_rows(OutputKind::from_path(path)?, &rows, features, image)?;
    args.outputs.write(path, &bytes)
}

impl OutputArgs {
    fn overwrite(&self) -> Overwrite {
        if self.force { Overwrite::Replace } else { Overwrite::Refuse }
    }

    /// Whether the states, rather than the report, go to standard output.
    pub(crate) fn to_stdout(&self) -> bool {
        self.output.as_deref() == Some(Path::new("-"))
    }

    /// Writes an output, whole.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        Ok(write_output(path, self.overwrite(), bytes)?)
    }
}
