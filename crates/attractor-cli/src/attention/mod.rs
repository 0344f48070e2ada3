//! `attractor attention`: a whole encoder against model B, or one layer.

mod layer;

use crate::args::{AttentionArgs, Dtype};
use crate::failure::Failure;
use attractor_io::Overwrite;

pub(crate) fn run(args: &AttentionArgs) -> Result<u8, Failure> {
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
