//! `attractor store`: patterns into a memory file.

use crate::args::{Dtype, StoreArgs};
use crate::failure::Failure;
use crate::source::source;
use attractor_io::{
    Memory, Overwrite, ReadOptions, check_output, read_labels, read_patterns, save_memory_as,
    update_memory,
};
use attractor_synapse::{Element, Normalization, PatternError, Patterns, Precision};

/// Patterns of all files with the picture size that they share.
struct Gathered<T> {
    patterns: Patterns<T>,
    image: Option<(usize, usize)>,
}

pub(crate) fn run<T: Element>(args: &StoreArgs) -> Result<u8, Failure> {
    if args.output.as_os_str() == "-" {
        return Err(Failure::usage(
            "a memory file cannot go to standard output: name a file with -o",
        ));
    }
    if args.files.iter().filter(|f| *f == "-").count() > 1 {
        return Err(Failure::usage("standard input can be read only once: give `-` one time"));
    }
    let overwrite = if args.force || args.append { Overwrite::Replace } else { Overwrite::Refuse };
    check_output(&args.output, overwrite)?;
    let labels = args.labels.as_ref().map(|l| read_labels(&source(l))).transpose()?;
    let gathered = gather::<T>(args)?;
    let added = gathered.patterns.len();
    let memory = if args.append {
        // an appended file keeps the precision it has
        let appended = update_memory(&source(&args.output), args.wait, |memory| {
            let said = memory.append(gathered.patterns, labels);
            said.map_err(|error| Failure::input(format!("{}: {error}", args.output.display())))
        })?;
        appended.memory
    } else {
        let memory = fresh(args, gathered, labels)?;
        save_memory_as(&args.output, &memory, precision(args), overwrite)?;
        memory
    };
    tell(args, added, &memory);
    Ok(0)
}

fn fresh<T: Element>(
    args: &StoreArgs,
    gathered: Gathered<T>,
    labels: Option<Vec<String>>,
) -> Result<Memory<T>, Failure> {
    let kind = args.normalize.unwrap_or_default();
    let normalization = Normalization::fit(kind, &gathered.patterns);
    let patterns = normalization.apply(gathered.patterns).map_err(|e| input(&args.files, &e))?;
    let memory = Memory::new(patterns, normalization, labels, gathered.image);
    memory.map_err(|error| Failure::input(error.to_string()))
}

fn gather<T: Element>(args: &StoreArgs) -> Result<Gathered<T>, Failure> {
    let options = ReadOptions { array: args.array.clone() };
    let mut all: Option<Gathered<T>> = None;
    for file in &args.files {
        let loaded = read_patterns::<T>(&source(file), &options)?;
        match &mut all {
            None => all = Some(Gathered { patterns: loaded.patterns, image: loaded.image }),
            Some(all) => {
                let joined = all.patterns.append(&loaded.patterns);
                joined.map_err(|e| {
                    Failure::input(format!("{file}: {e}, as in the files before it"))
                })?;
                all.image = all.image.filter(|image| Some(*image) == loaded.image);
            }
        }
    }
    all.ok_or_else(|| Failure::usage("give at least one file of patterns"))
}

fn input(files: &[String], error: &PatternError) -> Failure {
    Failure::input(format!("{}: {error}", files.join(", ")))
}

/// The precision asked for, or the one worked in.
fn precision(args: &StoreArgs) -> Precision {
    args.precision.unwrap_or(match args.dtype {
        Dtype::F32 => Precision::F32,
        Dtype::F64 => Precision::F64,
    })
}

fn tell<T: Element>(args: &StoreArgs, added: usize, memory: &Memory<T>) {
    let patterns = memory.patterns();
    anstream::eprintln!(
        "{}: {added} patterns stored, {} in all, {} features, normalisation {}",
        args.output.display(),
        patterns.len(),
        patterns.features(),
        memory.normalization().kind(),
    );
}
