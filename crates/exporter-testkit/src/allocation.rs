//! A global allocator that counts, so that tests can hold memory to a bound.
//!
//! A test binary installs it once:
//!
//! ```
//! use exporter_testkit::allocation::{CountingAllocator, peak_during};
//!
//! #[global_allocator]
//! static ALLOCATOR: CountingAllocator = CountingAllocator;
//!
//! let (length, peak) = peak_during(|| vec![7u8; 1 << 20].len());
//! assert_eq!(length, 1 << 20);
//! assert!(peak >= 1 << 20);
//! ```

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static MEASURING: Mutex<()> = Mutex::new(());

/// The system's allocator, counting live bytes and their peak.
#[derive(Clone, Copy, Debug)]
pub struct CountingAllocator;

fn grown(bytes: usize) {
    let live = LIVE.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(live, Ordering::Relaxed);
}

fn shrunk(bytes: usize) {
    LIVE.fetch_sub(bytes, Ordering::Relaxed);
}

#[allow(unsafe_code, reason = "an allocator is an unsafe trait; every call goes to the system's unchanged")]
// SAFETY: each method hands its arguments to `System` unchanged and returns its result unchanged.
unsafe impl GlobalAlloc for CountingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let pointer = unsafe { System.alloc(layout) };
        if !pointer.is_null() {
            grown(layout.size());
        }
        pointer
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let pointer = unsafe { System.alloc_zeroed(layout) };
        if !pointer.is_null() {
            grown(layout.size());
        }
        pointer
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) };
        shrunk(layout.size());
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let moved = unsafe { System.realloc(pointer, layout, size) };
        if !moved.is_null() {
            // Old and new exist together while a block moves, so the peak counts both.
            grown(size);
            shrunk(layout.size());
        }
        moved
    }
}

/// Runs `work` and tells how many bytes were live at the peak beyond those live before.
///
/// Measurements wait for each other; other threads of the test binary count too, so memory tests belong into a
/// binary of their own or into one test. Without [`CountingAllocator`] installed this panics.
#[track_caller]
pub fn peak_during<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let _one = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(LIVE.load(Ordering::Relaxed) > 0, "the test binary does not install CountingAllocator");
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let result = work();
    (result, PEAK.load(Ordering::Relaxed).saturating_sub(before))
}
