//! Hostile numbers into bytes and files and back: an error, or the same numbers.

use attractor_io::*;
use attractor_synapse::{Element, MemoryId, Normalization, Normalize, Patterns, Precision};
use std::path::{Path, PathBuf};
use std::time::Duration;
use sweep::{Fed, LENGTHS, Number, Sweep, fed, vectors};
use tempfile::TempDir;

fn tensors<T: Element + Number>(s: &mut Sweep, folder: &Path) {
    for x in LENGTHS.into_iter().flat_map(vectors::<T>) {
        for shape in
            [vec![x.len()], vec![], vec![0, 3], vec![usize::MAX, usize::MAX], vec![1, x.len()]]
        {
            s.call("Tensor::new", Fed::Finite, (&x, &shape), || {
                Tensor::new(shape.clone(), x.clone()).map(|t| t.shape().len())
            });
        }
        let Ok(tensor) = Tensor::new(vec![x.len()], x.clone()) else { continue };
        s.call("Tensor::shape", Fed::Finite, (), || tensor.shape().to_vec());
        s.call("Tensor::data", fed(&x), &x, || tensor.data().to_vec());
        s.call("Tensor::into_data", fed(&x), &x, || tensor.clone().into_data());
        let Ok(named) = NamedTensors::new([("a", tensor)]) else { continue };
        s.call("NamedTensors::get", Fed::Finite, (), || named.get("b").is_some());
        s.call("NamedTensors::names", Fed::Finite, (), || named.names().count());
        s.call("NamedTensors::iter", Fed::Finite, (), || named.iter().count());
        s.call("encode_tensors", Fed::Finite, &x, || encode_tensors(&named));
        if x.len() == 1 {
            let file = written(folder, "x.safetensors", &encode_tensors(&named));
            s.call("read_tensors", fed(&x), &x, || read_tensors::<T>(&file).ok());
            s.call("read_tensors", Fed::NotFinite, &x, || read_tensors::<f32>(&file).ok());
        }
    }
    s.call("NamedTensors::new", Fed::Finite, "none", || {
        NamedTensors::<T>::new(Vec::<(String, Tensor<T>)>::new()).is_ok()
    });
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> Source {
    let path = folder.join(name);
    write_output(&path, Overwrite::Replace, bytes).unwrap();
    Source::from_arg(path)
}

fn rows<T: Element + Number>(s: &mut Sweep, folder: &Path) {
    for x in [0, 1, 3].into_iter().flat_map(vectors::<T>).step_by(3) {
        for (kind, end) in
            [(OutputKind::Npy, "npy"), (OutputKind::Csv, "csv"), (OutputKind::Png, "png")]
        {
            for features in [0, 1, 2, x.len()] {
                let (input, encode) = ((&x, kind, features), || {
                    encode_rows(kind, &x, features, Some((1, features))).map(|bytes| bytes.len())
                });
                if x.is_empty() || features == 0 || x.len() % features > 0 {
                    s.panics("encode_rows", input, encode);
                } else {
                    s.call("encode_rows", Fed::Finite, input, encode);
                }
            }
            if x.is_empty() {
                continue;
            }
            let Ok(bytes) = encode_rows(kind, &x, x.len(), None) else { continue };
            let file = written(folder, &format!("x.{end}"), &bytes);
            let read = || read_patterns::<T>(&file, &ReadOptions::default()).map(|l| l.patterns);
            s.call("read_patterns", Fed::Finite, (&x, end), || read().is_ok());
            s.call("read_patterns", Fed::Finite, (&x, end), || read().ok());
            if fed(&x) == Fed::NotFinite && kind != OutputKind::Png {
                s.tells("read_patterns", (&x, end), || read().map(|_| "taken"));
            }
            s.call("read_whole", Fed::Finite, (), || read_whole(&file).is_ok());
        }
    }
}

fn memories<T: Element + Number>(s: &mut Sweep, folder: &Path) {
    // every save waits for the disk
    for x in vectors::<T>(4).into_iter().step_by(9) {
        let Ok(patterns) = Patterns::new(x.clone(), 2) else { continue };
        for kind in [Normalize::None, Normalize::Center, Normalize::Unit, Normalize::Sign] {
            let fit = Normalization::fit(kind, &patterns);
            let Ok(patterns) = fit.apply(patterns.clone()) else { continue };
            let made = || Memory::new(patterns.clone(), fit.clone(), None, Some((1, 2)));
            s.call("Memory::new", Fed::Finite, (&x, kind), || made().map(|m| m.ids().len()));
            if let Ok(memory) = made() {
                self::memory(s, &memory, &x, folder);
            }
        }
    }
    let tame = || Patterns::new(vec![T::ONE; 4], 2).unwrap();
    for threshold in [f64::NAN, f64::INFINITY, f64::MAX] {
        s.call("Memory::new", Fed::Finite, threshold, || {
            Memory::new(tame(), Normalization::Sign { threshold }, None, None).is_ok()
        });
    }
}

fn memory<T: Element + Number>(s: &mut Sweep, memory: &Memory<T>, x: &[T], folder: &Path) {
    s.call("Memory::patterns", Fed::Finite, x, || memory.patterns().len());
    s.call("Memory::residuals", Fed::Finite, x, || memory.residuals().map(<[f32]>::to_vec));
    s.call("Memory::normalization", Fed::Finite, x, || memory.normalization().clone());
    s.call("Memory::labels", Fed::Finite, x, || memory.labels().is_some());
    s.call("Memory::label", Fed::Finite, x, || memory.label(usize::MAX).is_some());
    s.call("Memory::image", Fed::Finite, x, || memory.image());
    s.call("Memory::ids", Fed::Finite, x, || memory.ids().to_vec());
    s.call("Memory::next_id", Fed::Finite, x, || memory.next_id());
    s.call("Memory::has_gaps", Fed::Finite, x, || memory.has_gaps());
    s.call("Memory::with_ids", Fed::Finite, x, || memory.clone().with_ids(vec![], 0).is_ok());
    s.call("Memory::cast", Fed::Finite, x, || memory.cast::<f32>().is_ok());
    s.call("Memory::cast", Fed::Finite, x, || memory.cast::<f32>().ok());
    s.call("Memory::into_patterns", Fed::Finite, x, || memory.clone().into_patterns());
    s.call("Memory::append", Fed::Finite, x, || {
        let mut more = memory.clone();
        more.append(Patterns::new(x.to_vec(), 2).unwrap(), None).map(|()| more)
    });
    s.call("Memory::append", Fed::Finite, x, || {
        let mut more = memory.clone();
        more.append(Patterns::new(x.to_vec(), 2).unwrap(), None).ok().map(|()| more)
    });
    s.call("Memory::forget", Fed::Finite, x, || memory.clone().forget(&[MemoryId(9)]));
    let path = folder.join("x.mem");
    s.call("save_memory", Fed::Finite, x, || {
        save_memory(&path, memory, Overwrite::Replace).is_ok()
    });
    for precision in
        [Precision::F64, Precision::F32, Precision::Bf16, Precision::Int8, Precision::Bits]
    {
        let save = || save_memory_as(&path, memory, precision, Overwrite::Replace);
        s.call("save_memory_as", Fed::Finite, (x, precision), || save().is_ok());
        if save().is_ok() {
            let load = || load_memory::<T>(&Source::from_arg(&path)).map(|l| l.memory);
            s.call("load_memory", Fed::Finite, (x, precision), || load().is_ok());
            s.call("load_memory", Fed::Finite, (x, precision), || load().ok());
            let source = Source::from_arg(&path);
            let map = || map_memory::<T>(&source).map(|l| l.memory);
            s.call("map_memory", Fed::Finite, (x, precision), || map().ok());
            s.call("update_memory", Fed::Finite, (x, precision), || {
                update_memory::<T, IoError>(&source, Duration::ZERO, |_| Ok(())).is_ok()
            });
        }
    }
}

fn rest(s: &mut Sweep, folder: &Path) {
    for text in
        [r#"{"model_type":"bert","layer_norm_eps":1e999}"#, r#"{"layer_norm_eps":NaN}"#, "", "[]"]
    {
        s.call("EncoderConfig::parse", Fed::Finite, text, || EncoderConfig::parse("c", text));
    }
    let sizes = r#"{"model_type":"bert","hidden_size":8,"num_hidden_layers":1,"num_attention_heads":2,"intermediate_size":8,"max_position_embeddings":8}"#;
    s.call("EncoderConfig::head_size", Fed::Finite, (), || {
        EncoderConfig::parse("c", sizes).map(|c| c.head_size())
    });
    let path: PathBuf = folder.join("none.xyz");
    s.call("OutputKind::from_path", Fed::Finite, (), || OutputKind::from_path(&path));
    s.call("Source::from_arg", Fed::Finite, (), || Source::from_arg("-"));
    let bytes = Source::from_bytes("bytes", b"1,nan\n".to_vec());
    s.call("Source::from_bytes", Fed::Finite, (), || {
        read_patterns::<f32>(&bytes, &ReadOptions::default()).map(|l| l.patterns).is_ok()
    });
    s.call("Source::is_stdin", Fed::Finite, (), || bytes.is_stdin());
    s.call("Source::limits", Fed::Finite, (), || *bytes.limits());
    for limit in ["ratio=0", "inflated=0", "stream=0", "memory=0", "file=18446744073709551615"] {
        let mut limits = Limits::default();
        s.call("Limits::set", Fed::Finite, limit, || limits.set(limit.parse().unwrap()));
        s.call("Source::within", Fed::Finite, limit, || {
            read_whole(&bytes.clone().within(limits)).is_ok()
        });
    }
    s.call("check_output", Fed::Finite, (), || check_output(&path, Overwrite::Refuse).is_ok());
    s.call("write_output", Fed::Finite, (), || write_output(&path, Overwrite::Refuse, &[]).is_ok());
    s.call("remove_output", Fed::Finite, (), || remove_output(&path).is_ok());
    s.call("Format::name", Fed::Finite, (), || Format::Npy.name());
    s.call("available_memory", Fed::Finite, (), available_memory);
    let error = read_whole(&Source::from_arg(&path)).unwrap_err();
    s.call("IoError::class", Fed::Finite, (), || error.class());
    s.call("IoError::is_input", Fed::Finite, (), || error.is_input());
    s.call("read_labels", Fed::Finite, (), || read_labels(&Source::from_arg(&path)).is_ok());
    s.call("read_encoder_folder", Fed::Finite, (), || read_encoder_folder::<f32>(&path).is_ok());
}

#[test]
fn io() {
    let folder = TempDir::new().unwrap();
    let mut s = Sweep::of("io");
    tensors::<f32>(&mut s, folder.path());
    tensors::<f64>(&mut s, folder.path());
    rows::<f32>(&mut s, folder.path());
    rows::<f64>(&mut s, folder.path());
    memories::<f32>(&mut s, folder.path());
    memories::<f64>(&mut s, folder.path());
    rest(&mut s, folder.path());
    s.finish();
}
