//! The functions that make memories and contestants. Numbers are f64 where `double` says so, else f32.

#![expect(
    unsafe_code,
    reason = "functions for C have names of their own and take foreign pointers"
)]

use super::pointers::{given, numbers, target, word};
use super::{Handle, guarded};
use crate::activation::Activation;
use crate::attention::Attention;
use crate::contestant::{Contestant, Failure};
use crate::recall::Recall;
use crate::spins::Spins;
use crate::trajectory::{Setting, Trajectory, Velocity};
use attractor_dynamics::Proof;
use attractor_synapse::{Element, Patterns, Synapses};
use std::ffi::{c_char, c_void};
use std::sync::Arc;

/// Memories that several contestants share.
#[derive(Debug)]
pub enum Shared {
    /// In single precision.
    F32(Arc<Synapses<f32>>),
    /// In double precision.
    F64(Arc<Synapses<f64>>),
}

/// A two-layer network and where it starts, τ_f = 1.
#[repr(C)]
#[derive(Debug)]
pub struct Network {
    /// ξ, memories × features.
    pub xi: *const c_void,
    /// v at the start.
    pub cue: *const c_void,
    /// N.
    pub memories: usize,
    /// d.
    pub features: usize,
    /// β.
    pub beta: f64,
    /// τ_h.
    pub tau_h: f64,
}

type Made = Result<Box<dyn Contestant>, Failure>;

fn boxed(contestant: impl Contestant + 'static) -> Box<dyn Contestant> {
    Box::new(contestant)
}

/// Hands a contestant over.
///
/// # Safety
/// `to` can be written, if it is not null.
unsafe fn give(made: Made, to: *mut *mut Handle) -> Result<(), Failure> {
    let handle = Handle(made?);
    // SAFETY: the caller stands for it
    *unsafe { target("the place of the handle", to) }? = Box::into_raw(Box::new(handle));
    Ok(())
}

/// Copies memories × features numbers, once for all contestants.
///
/// # Safety
/// `xi` holds so many numbers; `to` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_memories(
    xi: *const c_void,
    double: bool,
    memories: usize,
    features: usize,
    to: *mut *mut Shared,
) -> i32 {
    /// # Safety
    /// As above.
    unsafe fn copy<T: Element>(
        xi: *const c_void,
        n: usize,
        d: usize,
    ) -> Result<Arc<Synapses<T>>, Failure> {
        // SAFETY: the caller stands for it
        let xi: &[T] = unsafe { numbers("the memories", xi.cast(), &[n, d]) }?;
        Ok(Arc::new(Synapses::new(Patterns::new(xi.to_vec(), d).map_err(Failure::of)?)))
    }
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        let shared = match double {
            true => Shared::F64(copy(xi, memories, features)?),
            false => Shared::F32(copy(xi, memories, features)?),
        };
        *target("the place of the memories", to)? = Box::into_raw(Box::new(shared));
        Ok(())
    })
}

/// Writes where the numbers of shared memories are, so that everybody can read the same ones.
///
/// # Safety
/// Memories of this library; what is written holds as long as they do.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_memories_data(
    shared: *const Shared,
    to: *mut *const c_void,
) -> i32 {
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        *target("the place of the address", to)? = match given("the memories", shared)? {
            Shared::F32(xi) => xi.patterns().as_slice().as_ptr().cast(),
            Shared::F64(xi) => xi.patterns().as_slice().as_ptr().cast(),
        };
        Ok(())
    })
}

/// Gives shared memories back; contestants keep them as long as they need them. Null is nothing.
///
/// # Safety
/// Memories of this library, which the caller does not use afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_memories_free(shared: *mut Shared) -> i32 {
    if shared.is_null() {
        return 0;
    }
    // SAFETY: it came out of a box, and the caller gives it back once
    let owned = unsafe { Box::from_raw(shared) };
    guarded(|| {
        drop(owned);
        Ok(())
    })
}

/// One update of a batch of cues, with the visible or the full proof.
///
/// # Safety
/// Memories of this library; `cues` holds batch × features of their numbers; `to` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_recall(
    shared: *const Shared,
    cues: *const c_void,
    batch: usize,
    beta: f64,
    full: bool,
    to: *mut *mut Handle,
) -> i32 {
    /// # Safety
    /// As above.
    unsafe fn make<T: Element>(
        xi: &Arc<Synapses<T>>,
        (cues, batch): (*const c_void, usize),
        beta: f64,
        proof: Proof,
    ) -> Made {
        // SAFETY: the caller stands for it
        let cues = unsafe { numbers("the cues", cues.cast(), &[batch, xi.patterns().features()]) }?;
        Ok(boxed(Recall::new(xi.clone(), cues, beta, proof)?))
    }
    let proof = if full { Proof::Full } else { Proof::Visible };
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        let made = match given("the memories", shared)? {
            Shared::F32(xi) => make(xi, (cues, batch), beta, proof),
            Shared::F64(xi) => make(xi, (cues, batch), beta, proof),
        };
        give(made, to)
    })
}

/// One step of model A from a cue: memories of ±1 in f32, packed, with F of this name and its n or β; with `early` it
/// stops as soon as every sign is certain.
///
/// # Safety
/// `name` is a C string; `xi` holds memories × features numbers, `cue` features; `to` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_spins(
    name: *const c_char,
    parameter: f64,
    xi: *const f32,
    cue: *const f32,
    memories: usize,
    features: usize,
    early: bool,
    to: *mut *mut Handle,
) -> i32 {
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        let xi = numbers("the memories", xi, &[memories, features])?;
        let cue = numbers("the cue", cue, &[features])?;
        give(Spins::new((word("the name", name)?, parameter), xi, cue, early).map(boxed), to)
    })
}

/// The outputs of rows of neurons whose Lagrangian has this name.
///
/// # Safety
/// `name` is a C string; `x` holds rows × width numbers; `to` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_activation(
    name: *const c_char,
    beta: f64,
    x: *const c_void,
    double: bool,
    rows: usize,
    width: usize,
    to: *mut *mut Handle,
) -> i32 {
    /// # Safety
    /// As above.
    unsafe fn make<T: Element>(name: &str, beta: f64, x: *const c_void, sizes: [usize; 2]) -> Made {
        // SAFETY: the caller stands for it
        let x: &[T] = unsafe { numbers("the currents", x.cast(), &sizes) }?;
        Ok(boxed(Activation::new(name, beta, x, sizes[1])?))
    }
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        let (name, sizes) = (word("the name", name)?, [rows, width]);
        let made = if double { make::<f64> } else { make::<f32> };
        give(made(name, beta, x, sizes), to)
    })
}

/// Attention of f32, of heads that have keys and values of their own; `shape` is heads, queries, keys, width.
///
/// # Safety
/// `q` holds heads × queries × width numbers, `k` and `v` heads × keys × width, `shape` 4; `to` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_attention(
    q: *const f32,
    k: *const f32,
    v: *const f32,
    shape: *const usize,
    to: *mut *mut Handle,
) -> i32 {
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        let &[heads, queries, keys, width] = given("the shape", shape.cast::<[usize; 4]>())?;
        let q = numbers("the queries", q, &[heads, queries, width])?;
        let k = numbers("the keys", k, &[heads, keys, width])?;
        let v = numbers("the values", v, &[heads, keys, width])?;
        give(Attention::new([queries, keys, width], [q, k, v]).map(boxed), to)
    })
}

impl Network {
    /// # Safety
    /// The pointers hold as many numbers as the sizes say.
    unsafe fn setting<T: Element>(&self) -> Result<Setting<T>, Failure> {
        let sizes = [self.memories, self.features];
        // SAFETY: the caller stands for it
        unsafe {
            let xi = numbers("the memories", self.xi.cast(), &sizes)?;
            let cue = numbers("the cue", self.cue.cast(), &sizes[1..])?;
            Setting::new(xi, cue, self.beta, self.tau_h)
        }
    }
}

/// The network's way through `time` in f64, by the integrator of this name.
///
/// # Safety
/// `network` points at arrays of its sizes; `name` is a C string; `to` can be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_trajectory(
    network: *const Network,
    name: *const c_char,
    accuracy: f64,
    time: f64,
    to: *mut *mut Handle,
) -> i32 {
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        let setting = given("the network", network)?.setting::<f64>()?;
        give(Trajectory::new(setting, word("the name", name)?, accuracy, time).map(boxed), to)
    })
}

/// The network's velocity at its start.
///
/// # Safety
/// As [`attractor_trajectory`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn attractor_velocity(
    network: *const Network,
    double: bool,
    to: *mut *mut Handle,
) -> i32 {
    // SAFETY: the caller stands for the pointers
    guarded(|| unsafe {
        let network = given("the network", network)?;
        let made = match double {
            true => network.setting::<f64>().map(|setting| boxed(Velocity::new(setting))),
            false => network.setting::<f32>().map(|setting| boxed(Velocity::new(setting))),
        };
        give(made, to)
    })
}
