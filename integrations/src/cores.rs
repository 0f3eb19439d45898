//! Work on all cores: on threads that live as long as the program, so that the memory one task has left in its thread's hands serves the next.

use std::{
    num::NonZero,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread::available_parallelism,
};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Spans from which on another thread is worth its start.
const MANY: u64 = 1 << 16;

/// So many threads at most, for work that grows with the spans there are.
pub fn worthwhile(threads: usize, spans: u64) -> usize {
    if spans < MANY { 1 } else { threads }
}

/// All threads but the one that asks, which takes its part. `None` where there is one core, or no thread can be had.
fn others() -> Option<&'static ThreadPool> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| {
        let others = available_parallelism().map_or(1, NonZero::get) - 1;
        let pool = ThreadPoolBuilder::new()
            .num_threads(others)
            .thread_name(|at| format!("pss-{at}"));
        (others > 0).then(|| pool.build().ok()).flatten()
    });
    pool.as_ref()
}

/// Does the work to each of the items, at once as far as there are cores; none may wait for another. What comes of them, in their order.
pub fn at_once<T: Send, R: Send>(
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let mut tasks: Vec<(Option<T>, Option<R>)> =
        items.into_iter().map(|item| (Some(item), None)).collect();
    let done = |(item, answer): &mut (Option<T>, Option<R>)| *answer = item.take().map(&work);
    let pool = if tasks.len() > 1 { others() } else { None };
    match (pool, tasks.split_first_mut()) {
        (Some(pool), Some((mine, theirs))) => pool.in_place_scope(|scope| {
            for task in theirs {
                scope.spawn(|_| done(task));
            }
            done(mine);
        }),
        _ => tasks.iter_mut().for_each(done),
    }
    tasks.into_iter().filter_map(|(_, answer)| answer).collect()
}

/// Runs `work(0) .. work(n - 1)` on so many threads at most, each taking the next that nobody has begun.
pub fn on_all_cores(threads: usize, n: usize, work: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    at_once(0..threads.min(n).max(1), |_| {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= n {
                break;
            }
            work(at);
        }
    });
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, sync::Mutex};

    use pss_metrics::{
        each::{ForEach, in_turn},
        model::{Batch, Span},
        summary::Summariser,
    };

    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_items() {
        let doubled = at_once(0..100, |at| 2 * at);
        assert_eq!(doubled, (0..100).map(|at| 2 * at).collect::<Vec<_>>());
        assert!(at_once(0..0, |at: u8| at).is_empty());
    }

    #[test]
    fn each_part_is_done_once() {
        for threads in [0, 1, 2, 64] {
            let done = Mutex::new(Vec::new());
            on_all_cores(threads, 1000, &|at| done.lock().expect("sound").push(at));
            let done = done.into_inner().expect("sound");
            assert_eq!((done.len(), BTreeSet::from_iter(done).len()), (1000, 1000));
        }
    }

    #[test]
    fn work_within_work_comes_to_an_end() {
        let within = |at: u64| at_once(0..8, |within| at * within);
        let sums = at_once(0..8, |at| within(at).iter().sum::<u64>());
        assert_eq!(sums, (0..8).map(|at| 28 * at).collect::<Vec<u64>>());
    }
    #[test]
    fn parts_are_joined_alike_in_turn_and_at_once() {
        let joined = |for_each: ForEach<'_>| {
            let mut all = Summariser::default();
            for part in 0..4 {
                let (mut batch, mut summariser) = (Batch::default(), Summariser::default());
                for at in 0..5000_i64 {
                    let letters = [b'a' + (at % 13) as u8, b'a' + (at % 17) as u8];
                    let name = String::from_utf8_lossy(&letters);
                    batch.push_span(&Span {
                        name: Some(&name),
                        start: Some((4 * at + part) * 1_000_000),
                        duration: Some((at * at % 10_007) as u64),
                        ..Span::default()
                    });
                    if batch.is_full() {
                        summariser.fold(&mut batch);
                    }
                }
                summariser.fold(&mut batch);
                all.join(summariser, for_each);
            }
            all.finish_with(for_each)
        };
        let (in_turn, at_once) = (
            joined(&in_turn),
            joined(&|n, work| on_all_cores(4, n, work)),
        );
        assert_eq!(in_turn.groups().count(), 13 * 17);
        assert!(in_turn == at_once);
    }
}
