//! The functions for C against the library, and against callers that are wrong.

#![expect(unsafe_code, reason = "functions for C are called")]

use super::makers::*;
use super::*;
use crate::normals;
use attractor_effective::ModernHopfield;
use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Patterns, Synapses};
use std::ptr::{null, null_mut};

const SHAPE: (usize, usize, usize) = (40, 8, 3);

fn shared() -> *mut Shared {
    let ((n, d, _), mut shared) = (SHAPE, null_mut());
    let xi = normals::<f32>(1, n, d);
    // SAFETY: the array has these sizes
    assert_eq!(unsafe { attractor_memories(xi.as_ptr().cast(), false, n, d, &mut shared) }, 0);
    shared
}

/// One recall through the functions for C.
fn recalled(full: bool) -> Vec<f64> {
    let ((_, d, q), shared, mut handle) = (SHAPE, shared(), null_mut());
    let (cues, mut output) = (normals::<f32>(2, q, d), vec![0.0; q * d]);
    // SAFETY: the arrays have these sizes, and handles are given back once
    let codes = unsafe {
        [
            attractor_recall(shared, cues.as_ptr().cast(), q, 4.0, full, &mut handle),
            attractor_memories_free(shared),
            attractor_prepare(handle),
            attractor_run(handle),
            attractor_output(handle, output.as_mut_ptr(), output.len()),
            attractor_free(handle),
        ]
    };
    assert_eq!(codes, [0; 6]);
    output
}

/// As many updates by the library itself.
fn mapped(updates: usize) -> Vec<f64> {
    let (n, d, q) = SHAPE;
    let patterns = Patterns::new(normals::<f32>(1, n, d), d).expect("patterns");
    let softmax = LogSumExp::new(4.0).expect("a softmax");
    let model = ModernHopfield::modern(Synapses::new(patterns), softmax).expect("a model");
    let map = |cues: Vec<f32>, _| model.map(&cues).expect("states");
    (0..updates).fold(normals::<f32>(2, q, d), map).into_iter().map(f64::from).collect()
}

fn words() -> String {
    let mut room = [0u8; 200];
    // SAFETY: there is this room
    assert_eq!(unsafe { attractor_error(room.as_mut_ptr(), room.len()) }, 0);
    let end = room.iter().position(|byte| *byte == 0).expect("an end");
    String::from_utf8_lossy(&room[..end]).into_owned()
}

#[test]
fn a_recall_is_the_librarys_own() {
    // the full proof begins behind the first step
    for (ours, theirs) in [(recalled(false), mapped(1)), (recalled(true), mapped(2))] {
        assert_eq!(ours.len(), theirs.len());
        assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-5), "{ours:?} {theirs:?}");
    }
}

#[test]
fn memories_lend_their_numbers() {
    let (shared, mut at) = (shared(), null());
    // SAFETY: they are alive, and given back once
    unsafe {
        assert_eq!(attractor_memories_data(shared, &mut at), 0);
        let lent = numbers("lent", at.cast::<f32>(), &[SHAPE.0, SHAPE.1]).expect("an array");
        assert_eq!(lent, normals::<f32>(1, SHAPE.0, SHAPE.1));
        assert_eq!(attractor_memories_free(shared), 0);
    }
}

#[test]
fn activations_and_attention_run() {
    let (x, mut output, mut handle) = (normals::<f32>(3, 4, 8), vec![0.0; 32], null_mut());
    // SAFETY: the arrays have these sizes, and handles are given back once
    unsafe {
        let (name, at) = (c"log-sum-exp".as_ptr(), x.as_ptr());
        assert_eq!(attractor_activation(name, 1.0, at.cast(), false, 4, 8, &mut handle), 0);
        assert_eq!(attractor_run(handle), 0);
        assert_eq!(attractor_output(handle, output.as_mut_ptr(), 32), 0);
        assert!(output.chunks(8).all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-6));
        assert_eq!(attractor_free(handle), 0);
        let shape = [2usize, 2, 2, 8];
        assert_eq!(attractor_attention(at, at, at, shape.as_ptr(), &mut handle), 0);
        assert_eq!(attractor_run(handle), 0);
        assert_eq!(attractor_output(handle, output.as_mut_ptr(), 32), 0);
        let between = |q: usize, i: usize| {
            let column = [0, 1].map(|key| f64::from(x[(q / 2) * 16 + key * 8 + i]));
            let (low, high) = (column[0].min(column[1]), column[0].max(column[1]));
            (low - 1e-6..=high + 1e-6).contains(&output[q * 8 + i])
        };
        assert!((0..32).all(|at| between(at / 8, at % 8)));
        assert_eq!(attractor_free(handle), 0);
    }
}

#[test]
fn spins_turn_to_the_memory_that_is_near() {
    let (xi, cue) = ([1.0f32, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0], [1.0f32, 1.0, -1.0, 1.0]);
    let (mut handle, mut output) = (null_mut(), [0.0; 4]);
    let make = |name: &std::ffi::CStr, parameter, early, handle: *mut *mut Handle| {
        // SAFETY: the arrays have these sizes
        unsafe {
            attractor_spins(
                name.as_ptr(),
                parameter,
                xi.as_ptr(),
                cue.as_ptr(),
                2,
                4,
                early,
                handle,
            )
        }
    };
    for (name, parameter, early) in
        [(c"exponential", 1.0, true), (c"exponential", 1.0, false), (c"rectified-power", 3.0, true)]
    {
        assert_eq!(make(name, parameter, early, &mut handle), 0, "{}", words());
        // SAFETY: there is this room, and the handle is given back once
        let codes = unsafe {
            [
                attractor_run(handle),
                attractor_output(handle, output.as_mut_ptr(), 4),
                attractor_free(handle),
            ]
        };
        assert_eq!(codes, [0; 3]);
        assert!(output.iter().all(|x| (x - 1.0).abs() <= 0.0), "{name:?} {early}: {output:?}");
    }
    for (name, parameter) in [(c"rectified-power", 2.5), (c"rectified-power", -3.0), (c"tanh", 1.0)]
    {
        assert_eq!(make(name, parameter, true, &mut handle), 3, "{name:?} {parameter}");
    }
}

#[test]
fn trajectories_fall_to_where_the_velocity_vanishes() {
    let (xi, cue, mut handle) = ([1.0f64, 0.0, 0.0, 1.0], [0.9f64, 0.2], null_mut());
    let (xi, cue) = (xi.as_ptr().cast(), cue.as_ptr().cast());
    let network = Network { xi, cue, memories: 2, features: 2, beta: 20.0, tau_h: 0.1 };
    let mut output = [0.0; 4];
    let methods =
        [(c"adaptive", 1e-6), (c"dormand_prince", 1e-6), (c"rk4", 0.02), (c"strang", 0.01)];
    for (name, accuracy) in methods {
        // SAFETY: the arrays have these sizes, and handles are given back once
        let codes = unsafe {
            [
                attractor_trajectory(&network, name.as_ptr(), accuracy, 20.0, &mut handle),
                attractor_run(handle),
                attractor_output(handle, output.as_mut_ptr(), 4),
                attractor_free(handle),
            ]
        };
        assert_eq!(codes, [0; 4], "{}", words());
        assert!((output[0] - 1.0).abs() < 1e-4 && (output[2] - 1.0).abs() < 1e-4, "{output:?}");
    }
    // SAFETY: as above
    unsafe {
        assert_eq!(attractor_velocity(&network, true, &mut handle), 0);
        assert_eq!(attractor_run(handle), 0);
        assert_eq!(attractor_output(handle, output.as_mut_ptr(), 4), 0);
        assert!((output[2] - 9.0).abs() < 1e-12, "h starts at 0 and is drawn to 0.9 in 0.1");
        assert_eq!(attractor_free(handle), 0);
    }
}

#[test]
fn wrong_callers_get_codes_and_words() {
    let (shared, mut handle, numbers) = (shared(), null_mut(), [0.5f32; 8]);
    let at = numbers.as_ptr().cast();
    // SAFETY: null pointers and wrong sizes are refused before anything is read
    unsafe {
        assert_eq!(attractor_run(null_mut()), 1);
        assert_eq!(attractor_memories(null(), false, 1, 8, &mut null_mut()), 1);
        assert_eq!(attractor_memories(at, false, 0, 8, &mut null_mut()), 2);
        assert_eq!(attractor_memories(at, false, usize::MAX, 8, &mut null_mut()), 2);
        assert!(words().contains("no array has the sizes"), "{}", words());
        assert_eq!(attractor_recall(shared, at, 1, -1.0, false, &mut handle), 3);
        assert!(words().contains("beta") || words().contains('β'), "{}", words());
        assert_eq!(attractor_recall(shared, at, 1, 1.0, true, &mut handle), 0);
        assert_eq!(attractor_run(handle), 3, "without a preparation");
        assert_eq!(attractor_output(handle, null_mut(), 0), 1);
        assert_eq!(attractor_prepare(handle), 0);
        assert_eq!(attractor_output(handle, [0.0].as_mut_ptr(), 1), 2);
        assert_eq!(attractor_free(handle), 0);
        let name = c"nothing".as_ptr();
        assert_eq!(attractor_activation(name, 1.0, at, false, 1, 8, &mut handle), 3);
        assert_eq!(attractor_memories_free(shared), 0);
        assert_eq!(attractor_free(null_mut()), 0);
    }
}

#[test]
fn a_panic_stays_on_this_side() {
    assert_eq!(guarded(|| panic!("too far")), 4);
    assert_eq!(words(), "it panicked: too far");
}
