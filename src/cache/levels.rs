//! The three levels of a cache, each with a ledger and a budget of its own.

use super::budget::Budget;
use super::ledger::{Counts, Ledger};
use super::store::{Batch, Entry, Key, Level};

/// What each level holds now, and what has happened since the cache was made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Stats {
    /// Whether the records outlive the page.
    pub stored: bool,
    pub l1: Counts,
    pub l2: Counts,
    pub l3: Counts,
}

/// A ledger for each level.
pub struct Levels([Ledger; 3]);

impl Levels {
    pub fn new(budget: Budget) -> Levels {
        let Budget {
            fragments,
            sentences,
            templates,
        } = budget;
        Levels([fragments, sentences, templates].map(Ledger::new))
    }

    /// The ledger that knows this record.
    pub fn of(&self, key: Key) -> &Ledger {
        &self.0[key.level() as usize - 1]
    }

    pub fn of_mut(&mut self, key: Key) -> &mut Ledger {
        self.at(key.level())
    }

    pub fn at(&mut self, level: Level) -> &mut Ledger {
        &mut self.0[level as usize - 1]
    }

    pub fn all(&self) -> &[Ledger] {
        &self.0
    }

    pub fn all_mut(&mut self) -> &mut [Ledger] {
        &mut self.0
    }

    /// Learns what lies in a store, which from now on gets what changes.
    pub fn attach(&mut self, entries: Vec<Entry>) {
        for level in [Level::Fragment, Level::Sentence, Level::Template] {
            let own = |entry: &&Entry| entry.key.level() == level;
            let entries = entries.iter().filter(own).copied().collect();
            self.at(level).attach(entries);
        }
    }

    /// What has changed since the last batch.
    pub fn take_batch(&mut self) -> Batch {
        let mut all = Batch::default();
        for ledger in &mut self.0 {
            let batch = ledger.take_batch();
            all.puts.extend(batch.puts);
            all.touches.extend(batch.touches);
            all.deletes.extend(batch.deletes);
        }
        all
    }

    pub fn stats(&self) -> Stats {
        let [l1, l2, l3] = [&self.0[0], &self.0[1], &self.0[2]].map(Ledger::counts);
        Stats {
            stored: self.0[0].attached(),
            l1,
            l2,
            l3,
        }
    }
}
