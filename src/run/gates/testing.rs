//! A meter whose numbers a test sets.
//!
//! Boundary: tests only.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use super::{Gates, Limiting, Swapping};
use crate::exec::{Cancel, Meter, Swapped};

/// It says the same until a test says otherwise.
pub(in crate::run) struct Fixed {
    pub(in crate::run) load: f64,
    pub(in crate::run) free: Arc<AtomicU64>,
    pub(in crate::run) swapped: Arc<Mutex<Swapped>>,
    pub(in crate::run) answer: Option<i32>,
}

impl Default for Fixed {
    fn default() -> Self {
        Self {
            load: 0.0,
            free: Arc::new(AtomicU64::new(1 << 40)),
            swapped: Arc::default(),
            answer: Some(0),
        }
    }
}

impl Meter for Fixed {
    fn load(&self) -> io::Result<f64> {
        Ok(self.load)
    }

    fn free_memory(&self) -> io::Result<u64> {
        Ok(self.free.load(Ordering::SeqCst))
    }

    fn swapped(&self) -> io::Result<Swapped> {
        Ok(*self.swapped.lock().unwrap())
    }

    fn disks(&self) -> io::Result<Vec<(String, u64)>> {
        Ok(Vec::new())
    }

    fn ask(&self, _cancel: &Cancel) -> io::Result<Option<i32>> {
        Ok(self.answer)
    }
}

/// Gates that ask nothing.
pub(in crate::run) fn gates(meter: impl Meter + 'static) -> Gates {
    Gates {
        meter: Arc::new(meter),
        load: None,
        memory: None,
        suspend: None,
        swapping: Swapping::Allowed,
        disk: None,
        asking: Limiting::Nothing,
        tries: 0,
    }
}
