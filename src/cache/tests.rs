//! The cache over a store in memory, which can be made to fail.

use std::collections::HashMap;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;

use super::budget::Room;
use super::ledger::Counts;
use super::memory::Memory;
use super::store::{Batch, Entry, Level};
use super::*;

const ROOM: Room = Room {
    stored: 1000,
    memory: 300,
};

/// With its seal a record has 108 bytes: nine of them may be kept, two of them in memory.
const PAYLOAD: usize = 96;

const BUDGET: Budget = Budget {
    fragments: ROOM,
    sentences: ROOM,
    templates: ROOM,
};

/// Waits for a future that never has to wait.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the store made somebody wait"),
    }
}

fn midnight() -> f64 {
    0.0
}

fn open(store: &Memory, budget: Budget) -> Cache<Memory> {
    let cache = Cache::new(budget, midnight);
    now(cache.attach(store.clone()));
    cache
}

fn key(number: u8) -> Key {
    Key::new(Level::Sentence, [number; 32])
}

/// The payload, wherever it is.
fn get<S: Store>(cache: &Cache<S>, key: Key) -> Option<Vec<u8>> {
    if cache.is_away(key) {
        now(cache.fetch(&[key]));
    }
    store::open(&cache.look_up(key)?).map(<[u8]>::to_vec)
}

#[test]
fn records_outlive_the_cache() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    cache.keep(key(1), b"nihao");
    now(cache.flush());
    let cache = open(&store, BUDGET);
    assert!(cache.is_away(key(1)) && cache.look_up(key(1)).is_none());
    assert_eq!(get(&cache, key(1)), Some(b"nihao".to_vec()));
    assert_eq!(get(&cache, key(2)), None);
}

#[test]
fn what_was_kept_before_the_store_came_is_written_too() {
    let store = Memory::default();
    let cache = Cache::new(BUDGET, midnight);
    cache.keep(key(1), b"early");
    now(cache.attach(store.clone()));
    now(cache.flush());
    assert_eq!(get(&open(&store, BUDGET), key(1)), Some(b"early".to_vec()));
}

#[test]
fn the_record_used_longest_ago_goes_first() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    for number in 0..9 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    assert!(get(&cache, key(0)).is_some());
    cache.keep(key(9), &[9; PAYLOAD]);
    now(cache.flush());
    assert_eq!(get(&cache, key(1)), None);
    assert!(get(&cache, key(0)).is_some());
    assert_eq!(cache.stats().l2.evicted, 1);
    let cache = open(&store, BUDGET);
    assert_eq!(cache.stats().l2.entries, 9);
    assert_eq!(get(&cache, key(1)), None);
}

#[test]
fn the_order_of_use_outlives_the_cache() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    for number in 0..9 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    assert!(get(&cache, key(0)).is_some());
    now(cache.flush());
    let cache = open(&store, BUDGET);
    cache.keep(key(9), &[9; PAYLOAD]);
    assert!(get(&cache, key(0)).is_some());
    assert_eq!(get(&cache, key(1)), None);
}

#[test]
fn what_was_used_last_is_recalled_and_counts_as_no_use() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    for number in 0..9 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    assert!(get(&cache, key(4)).is_some());
    now(cache.flush());
    let cache = open(&store, BUDGET);
    now(cache.recall(9, 250));
    let here = |number: &u8| cache.look_up(key(*number)).is_some();
    assert_eq!((0..9).filter(here).collect::<Vec<_>>(), [4, 8]);

    let cache = open(&store, BUDGET);
    now(cache.recall(1, u64::MAX));
    assert_eq!(cache.stats().l2.memory_bytes, 108);

    // By being recalled none was used.
    let cache = open(&store, BUDGET);
    now(cache.recall(9, u64::MAX));
    assert_eq!(
        cache.stats().l2.memory_bytes,
        2 * 108,
        "no more than there is room for"
    );
    cache.keep(key(9), &[9; PAYLOAD]);
    assert_eq!(get(&cache, key(0)), None);
    assert!(get(&cache, key(1)).is_some());
}

#[test]
fn what_is_torn_is_forgotten_when_it_is_recalled() {
    let store = Memory::default();
    let torn = Entry {
        key: key(1),
        bytes: 108,
        used: 1,
    };
    now(store.write(Batch {
        puts: vec![(torn, store::seal(&[1; PAYLOAD])[..50].into())],
        ..Batch::default()
    }))
    .unwrap();
    let cache = open(&store, BUDGET);
    now(cache.recall(9, u64::MAX));
    assert!(!cache.has(key(1)));
    assert_eq!(cache.stats().l2.dropped, 1);
}

#[test]
fn a_smaller_budget_is_kept_at_once() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    for number in 0..8 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    let cache = open(
        &store,
        Budget {
            sentences: Room {
                stored: 300,
                memory: 300,
            },
            ..BUDGET
        },
    );
    now(cache.flush());
    assert_eq!(now(store.entries()).unwrap().len(), 2);
}

#[test]
fn torn_and_missing_records_are_dropped_and_counted() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    for number in 1..=3 {
        cache.keep(key(number), &[number; PAYLOAD]);
    }
    now(cache.flush());
    let torn = Entry {
        key: key(1),
        bytes: 108,
        used: 0,
    };
    let batch = Batch {
        puts: vec![(torn, store::seal(&[1; PAYLOAD])[..50].into())],
        deletes: vec![key(2)],
        ..Batch::default()
    };
    now(store.write(batch)).unwrap();
    let cache = open(&store, BUDGET);
    assert_eq!(get(&cache, key(1)), None);
    // Another tab has removed it meanwhile.
    now(store.write(Batch {
        deletes: vec![key(3)],
        ..Batch::default()
    }))
    .unwrap();
    assert_eq!(get(&cache, key(3)), None);
    assert_eq!(cache.stats().l2.dropped, 2);
    assert_eq!(cache.stats().l2.entries, 0);
    now(cache.flush());
    assert!(now(store.entries()).unwrap().is_empty());
}

#[test]
fn levels_do_not_push_each_other_out() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    let names = |level, number| Key::new(level, [number; 32]);
    for level in [Level::Fragment, Level::Template, Level::Sentence] {
        for number in 0..12 {
            cache.keep(names(level, number), &[number; PAYLOAD]);
            now(cache.flush());
        }
    }
    let stats = open(&store, BUDGET).stats();
    assert_eq!(
        [stats.l1, stats.l2, stats.l3].map(|counts| counts.entries),
        [9; 3]
    );
    assert_eq!(
        [stats.l1, stats.l2, stats.l3].map(|counts| counts.bytes),
        [9 * 108; 3]
    );
}

#[test]
fn two_tabs_know_of_each_other() {
    let store = Memory::default();
    let (one, two) = (open(&store, BUDGET), open(&store, BUDGET));
    one.keep(key(1), b"nihao");
    two.learn(now(one.flush()).unwrap());
    assert_eq!(get(&two, key(1)), Some(b"nihao".to_vec()));
    for number in 2..12 {
        two.keep(key(number), &[number; PAYLOAD]);
        if let Some(change) = now(two.flush()) {
            one.learn(change);
        }
    }
    assert_eq!((get(&one, key(1)), get(&one, key(2))), (None, None));
    assert_eq!(
        one.stats().l2,
        Counts {
            dropped: 0,
            hits: 0,
            misses: 0,
            ..one.stats().l2
        }
    );
    assert_eq!(get(&one, key(11)), Some(vec![11; PAYLOAD]));
    assert_eq!(one.stats().l2.bytes, two.stats().l2.bytes);
    now(two.clear());
    one.forget_all();
    assert_eq!(get(&one, key(11)), None);
}

#[test]
fn clearing_leaves_nothing() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    cache.keep(key(1), b"a");
    now(cache.flush());
    cache.keep(key(2), b"b");
    now(cache.clear());
    now(cache.flush());
    assert_eq!((cache.stats().l2.entries, cache.stats().l2.bytes), (0, 0));
    assert!(now(store.entries()).unwrap().is_empty());
}

#[test]
fn a_warm_cache_can_be_carried_over() {
    let cache = open(&Memory::default(), BUDGET);
    for number in 0..8 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    let file = now(cache.export());
    let other = open(&Memory::default(), BUDGET);
    let imported = now(other.import(&file)).unwrap();
    assert_eq!((imported.records, imported.change.kept.len()), (8, 8));
    for number in 0..8 {
        assert_eq!(get(&other, key(number)), Some(vec![number; PAYLOAD]));
    }
    assert_eq!(
        now(other.import(b"something else")),
        Err(transfer::FormatError)
    );
}

#[test]
fn only_what_has_found_room_counts_as_imported() {
    let cache = open(&Memory::default(), BUDGET);
    for number in 0..9 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    let file = now(cache.export());
    let small = Room {
        stored: 500,
        memory: 300,
    };
    let budget = Budget {
        sentences: small,
        ..BUDGET
    };
    let other = open(&Memory::default(), budget);
    let imported = now(other.import(&file)).unwrap();
    assert_eq!((imported.records, other.stats().l2.entries), (4, 4));
    assert_eq!(imported.change.kept.len(), 4);
}

#[test]
fn what_was_kept_before_the_store_came_is_newer_than_what_lies_in_it() {
    let store = Memory::default();
    let cache = open(&store, BUDGET);
    for number in 0..9 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    let cache = Cache::new(BUDGET, midnight);
    cache.keep(key(20), &[20; PAYLOAD]);
    now(cache.attach(store.clone()));
    now(cache.flush());
    assert!(get(&cache, key(20)).is_some());
    assert_eq!(get(&cache, key(0)), None);
    assert!(get(&open(&store, BUDGET), key(20)).is_some());
}

/// Reads and writes only while it is open.
#[derive(Clone, Default)]
struct Gate {
    memory: Memory,
    open: Rc<Cell<bool>>,
}

impl Gate {
    async fn pass(&self) {
        let poll = |_: &mut Context<'_>| match self.open.get() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        };
        std::future::poll_fn(poll).await;
    }
}

impl Store for Gate {
    async fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        self.memory.entries().await
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let found = self.memory.read(keys).await;
        self.pass().await;
        found
    }

    async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.pass().await;
        self.memory.write(batch).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.memory.clear().await
    }
}

/// Whether the future has come to its end.
fn go_on<T>(future: &mut std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut context = Context::from_waker(Waker::noop());
    match future.as_mut().poll(&mut context) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

#[test]
fn a_file_that_comes_while_the_store_is_being_written_to_is_kept_whole() {
    let source = open(&Memory::default(), BUDGET);
    for number in 0..9 {
        source.keep(key(number), &[number; PAYLOAD]);
        now(source.flush());
    }
    let file = now(source.export());
    let gate = Gate::default();
    let cache = Cache::new(BUDGET, midnight);
    now(cache.attach(gate.clone()));
    cache.keep(Key::new(Level::Template, [1; 32]), b"spoken before");
    let mut write = std::pin::pin!(cache.flush());
    assert!(go_on(&mut write).is_none());
    let mut import = std::pin::pin!(cache.import(&file));
    assert!(go_on(&mut import).is_none());
    gate.open.set(true);
    assert!(go_on(&mut write).is_some());
    assert_eq!(go_on(&mut import).unwrap().unwrap().records, 9);
    for number in 0..9 {
        assert_eq!(get(&cache, key(number)), Some(vec![number; PAYLOAD]));
    }
    assert_eq!(now(gate.memory.entries()).unwrap().len(), 10);
}

#[test]
fn a_record_kept_anew_while_a_torn_one_is_read_stays() {
    let gate = Gate::default();
    let torn = Entry {
        key: key(1),
        bytes: 50,
        used: 0,
    };
    let batch = Batch {
        puts: vec![(torn, store::seal(&[1; PAYLOAD])[..50].into())],
        ..Batch::default()
    };
    now(gate.memory.write(batch)).unwrap();
    let cache = Cache::new(BUDGET, midnight);
    now(cache.attach(gate.clone()));
    let keys = [key(1)];
    let mut fetch = std::pin::pin!(cache.fetch(&keys));
    assert!(go_on(&mut fetch).is_none());
    cache.keep(key(1), b"anew");
    gate.open.set(true);
    assert!(go_on(&mut fetch).is_some());
    assert_eq!(get(&cache, key(1)), Some(b"anew".to_vec()));
}

/// Fails from the `good`th call on.
struct Failing {
    memory: Memory,
    good: Cell<u32>,
}

impl Failing {
    fn check(&self) -> Result<(), StoreError> {
        let left = self.good.get().checked_sub(1).ok_or(StoreError::Full)?;
        self.good.set(left);
        Ok(())
    }
}

impl Store for Failing {
    async fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        self.check()?;
        self.memory.entries().await
    }

    async fn read(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.check()?;
        self.memory.read(keys).await
    }

    async fn write(&self, batch: Batch) -> Result<(), StoreError> {
        self.check()?;
        self.memory.write(batch).await
    }

    async fn clear(&self) -> Result<(), StoreError> {
        self.check()?;
        self.memory.clear().await
    }
}

#[test]
fn a_failing_store_leaves_a_cache_in_memory() {
    for good in 0..6 {
        let cache = Cache::new(BUDGET, midnight);
        let store = Failing {
            memory: Memory::default(),
            good: Cell::new(good),
        };
        now(cache.attach(store));
        for number in 0..20 {
            cache.keep(key(number), &[number; PAYLOAD]);
            now(cache.flush());
            assert_eq!(get(&cache, key(number)), Some(vec![number; PAYLOAD]));
            get(&cache, key(0));
        }
        assert_eq!(
            cache.failure().map(|failure| failure.code),
            Some("E_CACHE_FULL")
        );
        let stats = cache.stats();
        let Counts {
            bytes,
            memory_bytes,
            ..
        } = stats.l2;
        assert!(!stats.stored && bytes == memory_bytes && bytes <= ROOM.memory);
    }
}

#[test]
fn a_store_that_does_not_answer_is_asked_once_by_an_export() {
    let cache = Cache::new(BUDGET, midnight);
    let store = Failing {
        memory: Memory::default(),
        good: Cell::new(21),
    };
    now(cache.attach(store));
    for number in 0..20 {
        cache.keep(key(number), &[number; PAYLOAD]);
        now(cache.flush());
    }
    assert!(cache.failure().is_none());
    let file = now(cache.export());
    assert!(cache.failure().is_some() && !file.is_empty());
}

#[derive(Debug, Clone)]
enum Step {
    Keep(u8, usize),
    Get(u8),
    Flush,
    Reopen,
    Clear,
    ElsewhereDelete(u8),
    Fail,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..30u8, 0..350usize).prop_map(|(number, size)| Step::Keep(number, size)),
        8 => (0..30u8).prop_map(Step::Get),
        4 => Just(Step::Flush),
        1 => Just(Step::Reopen),
        1 => Just(Step::Clear),
        1 => (0..30u8).prop_map(Step::ElsewhereDelete),
        1 => Just(Step::Fail),
    ];
    prop::collection::vec(step, 0..200)
}

proptest! {
    /// Whatever happens: what is found is what was kept last, and the budgets hold.
    #[test]
    fn never_wrong_and_never_too_large(steps in steps()) {
        let store = Memory::default();
        let mut cache = open(&store, BUDGET);
        let mut kept: HashMap<u8, Vec<Vec<u8>>> = HashMap::new();
        for (at, step) in steps.into_iter().enumerate() {
            match step {
                Step::Keep(number, size) => {
                    let payload = vec![at as u8; size];
                    cache.keep(key(number), &payload);
                    kept.entry(number).or_default().push(payload);
                }
                Step::Get(number) => {
                    if let Some(found) = get(&cache, key(number)) {
                        let known = kept.get(&number).is_some_and(|payloads| payloads.contains(&found));
                        prop_assert!(known);
                    }
                }
                Step::Flush => drop(now(cache.flush())),
                Step::Reopen => cache = open(&store, BUDGET),
                Step::Clear => {
                    now(cache.clear());
                    if cache.stats().stored {
                        kept.clear();
                    }
                }
                Step::ElsewhereDelete(number) => {
                    now(store.write(Batch { deletes: vec![key(number)], ..Batch::default() })).unwrap();
                }
                Step::Fail => cache.fail(&StoreError::Full),
            }
            let stats = cache.stats();
            let Counts { bytes, memory_bytes, budget, .. } = stats.l2;
            prop_assert!(bytes <= budget && memory_bytes <= ROOM.memory && memory_bytes <= bytes);
            if !stats.stored {
                prop_assert_eq!(memory_bytes, bytes);
            }
        }
        now(cache.flush());
        if cache.stats().stored {
            let entries = now(store.entries()).unwrap();
            prop_assert!(entries.iter().map(|entry| entry.bytes).sum::<u64>() <= ROOM.stored);
        }
    }
}
