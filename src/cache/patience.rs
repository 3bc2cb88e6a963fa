//! Waiting, but not for ever.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// Of windows and workers alike.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(call: &Function, ms: i32) -> i32;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: i32);
}

/// Some time, which need not pass once nobody waits for it.
struct Timer {
    number: i32,
    passed: JsFuture,
}

impl Timer {
    fn new(ms: i32) -> Timer {
        let mut number = 0;
        let passed = Promise::new(&mut |resolve, _| number = set_timeout(&resolve, ms));
        Timer {
            number,
            passed: JsFuture::from(passed),
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(self.number);
    }
}

/// What has come, and who waits for it.
struct Slot<T> {
    result: Option<T>,
    waiting: Option<Waker>,
}

/// What `work` gives, or nothing where that takes longer than `ms` milliseconds. It goes on all the same: the browser calls
/// back into what it has begun.
pub async fn within<T: 'static>(ms: i32, work: impl Future<Output = T> + 'static) -> Option<T> {
    let slot = Rc::new(RefCell::new(Slot {
        result: None,
        waiting: None,
    }));
    let filled = slot.clone();
    spawn_local(async move {
        let result = work.await;
        let mut slot = filled.borrow_mut();
        slot.result = Some(result);
        slot.waiting.take().into_iter().for_each(Waker::wake);
    });
    let mut timer = Timer::new(ms);
    poll_fn(|context| {
        let mut slot = slot.borrow_mut();
        if let Some(result) = slot.result.take() {
            return Poll::Ready(Some(result));
        }
        slot.waiting = Some(context.waker().clone());
        Pin::new(&mut timer.passed).poll(context).map(|_| None)
    })
    .await
}
