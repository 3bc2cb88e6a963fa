//! Stands in for the crate `inventory` in the browser's engine.
//!
//! tract registers its runtimes, transforms and kernels through that crate. In WebAssembly each registration is a
//! constructor, which the linker must keep with all that it reaches: every operator and the optimiser. Here a registration
//! is nothing, and a registry is empty. See `.cargo/browser.toml`.

#![no_std]

use core::convert::Infallible;
use core::iter::Empty;
use core::marker::PhantomData;
use core::ops::Deref;

/// A kind of thing that could be registered.
pub trait Collect: Sync + Sized + 'static {}

#[macro_export]
macro_rules! collect {
    ($kind:ty) => {
        impl $crate::Collect for $kind {}
    };
}

#[macro_export]
macro_rules! submit {
    ($($value:tt)*) => {};
}

/// All that is registered of a kind. `iter::<T>` is such a value, and can be called as well.
#[allow(non_camel_case_types)]
pub enum Registry<T> {
    iter,
    Never(Infallible, PhantomData<T>),
}

pub use Registry::iter;

impl<T: Collect> IntoIterator for Registry<T> {
    type Item = &'static T;
    type IntoIter = Empty<&'static T>;

    fn into_iter(self) -> Self::IntoIter {
        core::iter::empty()
    }
}

impl<T: Collect> Deref for Registry<T> {
    type Target = fn() -> Empty<&'static T>;

    fn deref(&self) -> &Self::Target {
        &(core::iter::empty as fn() -> Empty<&'static T>)
    }
}
