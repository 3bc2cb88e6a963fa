//! Where the time goes: the layers that networks are made of, and their inner loops. [`linear`] and [`convolution`] hold most of the
//! work, on top of `simd`; the smaller layers are in [`layers`] and [`lstm`]. What a layer is made of comes as [`Stored`] weights.

pub mod convolution;
mod elementary;
pub mod layers;
pub mod linear;
pub mod lstm;
mod simd;
pub mod source;

#[cfg(test)]
mod noise;
mod tensor;

pub use tensor::{Stored, Tensor, Values, little_endian, signed_bytes};
