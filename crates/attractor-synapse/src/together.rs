//! Work that threads share, the calling one among them.

use std::sync::{Mutex, PoisonError};

/// Bytes of ξ below which waking a thread costs more than it saves one query.
const BYTES: usize = 4 << 20;
/// And multiplications, however many queries there are.
const PRODUCTS: usize = 8_000_000;

/// Whether to wake other threads for `products` multiplications on that many bytes.
pub(crate) fn worth_waking(bytes: usize, products: usize) -> bool {
    bytes >= BYTES || products >= PRODUCTS
}

/// Does the work for every item, at no more than `most` desks at once: the caller begins and others join
/// it when they are awake, so that it takes no longer than alone. Who does which item is not fixed.
pub fn together<D, I>(
    desks: &mut Vec<D>,
    most: usize,
    items: I,
    wake: bool,
    work: impl Fn(&mut D, I::Item) + Sync,
) where
    D: Default + Send,
    I: Iterator + Send,
{
    let count = if wake { rayon::current_num_threads().clamp(1, most.max(1)) } else { 1 };
    desks.resize_with(count.max(desks.len()), D::default);
    let queue = Mutex::new(items);
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let help = |desk: &mut D| {
        while let Some(item) = take() {
            work(desk, item);
        }
    };
    let Some((own, others)) = desks[..count].split_first_mut() else { return };
    if others.is_empty() {
        return help(own);
    }
    rayon::in_place_scope(|scope| {
        for desk in others {
            scope.spawn(|_| help(desk));
        }
        help(own);
    });
}
