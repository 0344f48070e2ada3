//! `attractor attention`: a whole encoder against model B, or one layer.

mod figure;
mod layer;
mod model;

pub(crate) use model::read;

use crate::args::{AttentionArgs, Dtype};
use crate::failure::Failure;
use attractor_io::Overwrite;
use std::path::Path;

pub(crate) fn run(args: &AttentionArgs) -> Result<u8, Failure> {
    if Path::new(&args.model).is_dir() {
        return model::run(args);
    }
    if args.text.is_some() || args.figure.is_some() {
        return Err(Failure::usage(format!(
            "--text and --figure are for the folder of an encoder, and {} is none",
            args.model
        )));
    }
    match args.dtype.unwrap_or(Dtype::F32) {
        Dtype::F32 => layer::run::<f32>(args),
        Dtype::F64 => layer::run::<f64>(args),
    }
}

impl AttentionArgs {
    fn overwrite(&self) -> Overwrite {
        if self.force { Overwrite::Replace } else { Overwrite::Refuse }
    }
}
