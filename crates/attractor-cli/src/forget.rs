//! `attractor forget`: patterns out of a memory file, by id.

use crate::args::ForgetArgs;
use crate::failure::Failure;
use crate::source::source;
use attractor_io::update_memory;
use attractor_synapse::MemoryId;

pub(crate) fn run(args: &ForgetArgs) -> Result<u8, Failure> {
    let name = args.memory.display();
    if args.memory.as_os_str() == "-" {
        return Err(Failure::usage("a memory file is changed in its place: name a file"));
    }
    let ids: Vec<MemoryId> = args.ids.iter().copied().map(MemoryId).collect();
    let mut before = 0;
    // every number of any precision is one of f64
    let loaded = update_memory::<f64, Failure>(&source(&args.memory), args.wait, |memory| {
        before = memory.patterns().len();
        memory.forget(&ids).map_err(|error| Failure::input(format!("{name}: {error}")))
    })?;
    let left = loaded.memory.patterns().len();
    anstream::eprintln!("{name}: {} patterns forgotten, {left} left", before - left);
    Ok(0)
}
