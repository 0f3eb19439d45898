//! Work in independent parts, run by whoever has threads: this crate has none.

use std::sync::{Mutex, OnceLock};

/// Runs `work(0) .. work(n - 1)`, in any order and at once if it likes.
pub type ForEach<'a> = &'a dyn Fn(usize, &(dyn Fn(usize) + Sync));

/// One part after another.
pub fn in_turn(n: usize, work: &(dyn Fn(usize) + Sync)) {
    (0..n).for_each(work);
}

/// What `work` gives for each of `n`, in their order.
pub(crate) fn every<T: Send + Sync>(
    n: usize,
    for_each: ForEach<'_>,
    work: &(dyn Fn(usize) -> T + Sync),
) -> Vec<T> {
    let slots: Vec<OnceLock<T>> = (0..n).map(|_| OnceLock::new()).collect();
    for_each(n, &|at| {
        slots[at].get_or_init(|| work(at));
    });
    slots.into_iter().filter_map(OnceLock::into_inner).collect()
}

/// Does `work` to each of the items.
pub fn each_mut<T: Send>(
    items: impl Iterator<Item = T>,
    for_each: ForEach<'_>,
    work: &(dyn Fn(&mut T) + Sync),
) {
    let slots: Vec<Mutex<T>> = items.map(Mutex::new).collect();
    for_each(slots.len(), &|at| {
        if let Ok(mut item) = slots[at].lock() {
            work(&mut item);
        }
    });
}
