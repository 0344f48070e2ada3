//! `attractor forget`: patterns out of a memory file, by id.

use crate::args::ForgetArgs;
use crate::failure::Failure;
use attractor_io::{Overwrite, Source, load_memory, save_memory_as};
use attractor_synapse::MemoryId;

pub(crate) fn run(args: &ForgetArgs) -> Result<u8, Failure> {
    let name = args.memory.display();
    if args.memory.as_os_str() == "-" {
        return Err(Failure::usage("a memory file is changed in its place: name a file"));
    }
    // every number of any precision is one of f64
    let loaded = load_memory::<f64>(&Source::from_arg(&args.memory))?;
    let mut memory = loaded.memory;
    let before = memory.patterns().len();
    let ids: Vec<MemoryId> = args.ids.iter().copied().map(MemoryId).collect();
    memory.forget(&ids).map_err(|error| Failure::input(format!("{name}: {error}")))?;
    save_memory_as(&args.memory, &memory, loaded.precision, Overwrite::Replace)?;
    let left = memory.patterns().len();
    anstream::eprintln!("{name}: {} patterns forgotten, {left} left", before - left);
    Ok(0)
}
