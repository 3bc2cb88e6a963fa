//! How much may be kept.

/// Bytes that may be kept of one level.
#[derive(Debug, Clone, Copy)]
pub struct Room {
    /// In the store.
    pub stored: u64,
    /// In memory, copies of what is in the store included.
    pub memory: u64,
}

/// Bytes that may be kept.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    pub fragments: Room,
    pub sentences: Room,
    pub templates: Room,
}

impl Budget {
    /// So many bytes in all: three quarters of them for sentences, an eighth for each of the others.
    pub fn of(stored: u64, memory: u64) -> Budget {
        let room = |eighths: u64| Room {
            stored: stored / 8 * eighths,
            memory: memory / 8 * eighths,
        };
        Budget {
            fragments: room(1),
            sentences: room(6),
            templates: room(1),
        }
    }
}

impl Default for Budget {
    /// 88 MB in the store: 25 minutes of sentences at 24 kHz, and as much again for the rest.
    fn default() -> Budget {
        let room = |stored: u64, memory: u64| Room {
            stored: stored << 20,
            memory: memory << 20,
        };
        Budget {
            fragments: room(8, 4),
            sentences: room(72, 12),
            templates: room(8, 8),
        }
    }
}
