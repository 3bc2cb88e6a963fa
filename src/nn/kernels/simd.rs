//! Four lanes at a time: the few vector instructions that the kernels are written in.
//!
//! One implementation for wasm (with fused multiply-add under the feature `relaxed`, which the kernels enable), one for SSE2, which every x86-64 has, and
//! plain arrays for the rest.

pub use lanes::{Floats, Pairs, Sums};

/// Values in a vector.
pub const LANES: usize = 4;

#[cfg(target_arch = "wasm32")]
mod lanes {
    use core::arch::wasm32::*;

    /// Four floats.
    #[derive(Clone, Copy)]
    pub struct Floats(v128);

    /// Four pairs of 16-bit integers.
    #[derive(Clone, Copy)]
    pub struct Pairs(v128);

    /// Four 32-bit integers.
    #[derive(Clone, Copy)]
    pub struct Sums(v128);

    impl Floats {
        #[inline(always)]
        pub fn splat(value: f32) -> Floats {
            Floats(f32x4_splat(value))
        }

        /// # Safety
        /// Four floats must be readable.
        #[inline(always)]
        pub unsafe fn load(from: *const f32) -> Floats {
            // SAFETY: the caller's promise.
            Floats(unsafe { v128_load(from.cast()) })
        }

        /// # Safety
        /// Four floats must be writable.
        #[inline(always)]
        pub unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller's promise.
            unsafe { v128_store(to.cast(), self.0) }
        }

        #[inline(always)]
        pub fn add(self, other: Floats) -> Floats {
            Floats(f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn times(self, other: Floats) -> Floats {
            Floats(f32x4_mul(self.0, other.0))
        }

        /// self + a * b
        #[inline(always)]
        pub fn add_product(self, a: Floats, b: Floats) -> Floats {
            #[cfg(feature = "relaxed")]
            return Floats(f32x4_relaxed_madd(a.0, b.0, self.0));
            #[cfg(not(feature = "relaxed"))]
            Floats(f32x4_add(self.0, f32x4_mul(a.0, b.0)))
        }
    }

    impl Pairs {
        /// One pair in every lane.
        #[inline(always)]
        pub fn splat(pair: i32) -> Pairs {
            Pairs(i32x4_splat(pair))
        }

        /// # Safety
        /// Four pairs must be readable.
        #[inline(always)]
        pub unsafe fn load(from: *const i32) -> Pairs {
            // SAFETY: the caller's promise.
            Pairs(unsafe { v128_load(from.cast()) })
        }

        /// Eight pairs of bytes, widened.
        ///
        /// # Safety
        /// Sixteen bytes must be readable.
        #[inline(always)]
        pub unsafe fn load_bytes(from: *const i8) -> [Pairs; 2] {
            // SAFETY: the caller's promise.
            let bytes = unsafe { v128_load(from.cast()) };
            [
                Pairs(i16x8_extend_low_i8x16(bytes)),
                Pairs(i16x8_extend_high_i8x16(bytes)),
            ]
        }
    }

    impl Sums {
        #[inline(always)]
        pub fn zero() -> Sums {
            Sums(i32x4_splat(0))
        }

        /// Adds the dot product of each two pairs.
        #[inline(always)]
        pub fn add_dot(self, a: Pairs, b: Pairs) -> Sums {
            Sums(i32x4_add(self.0, i32x4_dot_i16x8(a.0, b.0)))
        }

        #[inline(always)]
        pub fn to_floats(self) -> Floats {
            Floats(f32x4_convert_i32x4(self.0))
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod lanes {
    use core::arch::x86_64::*;

    /// Four floats.
    #[derive(Clone, Copy)]
    pub struct Floats(__m128);

    /// Four pairs of 16-bit integers.
    #[derive(Clone, Copy)]
    pub struct Pairs(__m128i);

    /// Four 32-bit integers.
    #[derive(Clone, Copy)]
    pub struct Sums(__m128i);

    // SAFETY of all that follows: SSE2 is part of x86-64, and the callers promise that memory is readable or writable.
    impl Floats {
        #[inline(always)]
        pub fn splat(value: f32) -> Floats {
            Floats(unsafe { _mm_set1_ps(value) })
        }

        /// # Safety
        /// Four floats must be readable.
        #[inline(always)]
        pub unsafe fn load(from: *const f32) -> Floats {
            Floats(unsafe { _mm_loadu_ps(from) })
        }

        /// # Safety
        /// Four floats must be writable.
        #[inline(always)]
        pub unsafe fn store(self, to: *mut f32) {
            unsafe { _mm_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        pub fn add(self, other: Floats) -> Floats {
            Floats(unsafe { _mm_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        pub fn times(self, other: Floats) -> Floats {
            Floats(unsafe { _mm_mul_ps(self.0, other.0) })
        }

        /// self + a * b
        #[inline(always)]
        pub fn add_product(self, a: Floats, b: Floats) -> Floats {
            Floats(unsafe { _mm_add_ps(self.0, _mm_mul_ps(a.0, b.0)) })
        }
    }

    impl Pairs {
        /// One pair in every lane.
        #[inline(always)]
        pub fn splat(pair: i32) -> Pairs {
            Pairs(unsafe { _mm_set1_epi32(pair) })
        }

        /// # Safety
        /// Four pairs must be readable.
        #[inline(always)]
        pub unsafe fn load(from: *const i32) -> Pairs {
            Pairs(unsafe { _mm_loadu_si128(from.cast()) })
        }

        /// Eight pairs of bytes, widened.
        ///
        /// # Safety
        /// Sixteen bytes must be readable.
        #[inline(always)]
        pub unsafe fn load_bytes(from: *const i8) -> [Pairs; 2] {
            let bytes = unsafe { _mm_loadu_si128(from.cast()) };
            // Each byte twice, then the upper one moved down with its sign.
            [
                Pairs(unsafe { _mm_srai_epi16::<8>(_mm_unpacklo_epi8(bytes, bytes)) }),
                Pairs(unsafe { _mm_srai_epi16::<8>(_mm_unpackhi_epi8(bytes, bytes)) }),
            ]
        }
    }

    impl Sums {
        #[inline(always)]
        pub fn zero() -> Sums {
            Sums(unsafe { _mm_setzero_si128() })
        }

        /// Adds the dot product of each two pairs.
        #[inline(always)]
        pub fn add_dot(self, a: Pairs, b: Pairs) -> Sums {
            Sums(unsafe { _mm_add_epi32(self.0, _mm_madd_epi16(a.0, b.0)) })
        }

        #[inline(always)]
        pub fn to_floats(self) -> Floats {
            Floats(unsafe { _mm_cvtepi32_ps(self.0) })
        }
    }
}

#[cfg(not(any(target_arch = "wasm32", target_arch = "x86_64")))]
mod lanes {
    use std::array::from_fn;

    /// Four floats.
    #[derive(Clone, Copy)]
    pub struct Floats([f32; 4]);

    /// Four pairs of 16-bit integers.
    #[derive(Clone, Copy)]
    pub struct Pairs([i32; 4]);

    /// Four 32-bit integers.
    #[derive(Clone, Copy)]
    pub struct Sums([i32; 4]);

    impl Floats {
        #[inline(always)]
        pub fn splat(value: f32) -> Floats {
            Floats([value; 4])
        }

        /// # Safety
        /// Four floats must be readable.
        #[inline(always)]
        pub unsafe fn load(from: *const f32) -> Floats {
            // SAFETY: the caller's promise.
            Floats(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
        }

        /// # Safety
        /// Four floats must be writable.
        #[inline(always)]
        pub unsafe fn store(self, to: *mut f32) {
            // SAFETY: the caller's promise.
            unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
        }

        #[inline(always)]
        pub fn add(self, other: Floats) -> Floats {
            Floats(from_fn(|lane| self.0[lane] + other.0[lane]))
        }

        #[inline(always)]
        pub fn times(self, other: Floats) -> Floats {
            Floats(from_fn(|lane| self.0[lane] * other.0[lane]))
        }

        /// self + a * b
        #[inline(always)]
        pub fn add_product(self, a: Floats, b: Floats) -> Floats {
            Floats(from_fn(|lane| self.0[lane] + a.0[lane] * b.0[lane]))
        }
    }

    impl Pairs {
        /// One pair in every lane.
        #[inline(always)]
        pub fn splat(pair: i32) -> Pairs {
            Pairs([pair; 4])
        }

        /// # Safety
        /// Four pairs must be readable.
        #[inline(always)]
        pub unsafe fn load(from: *const i32) -> Pairs {
            // SAFETY: the caller's promise.
            Pairs(unsafe { from.cast::<[i32; 4]>().read_unaligned() })
        }

        /// Eight pairs of bytes, widened.
        ///
        /// # Safety
        /// Sixteen bytes must be readable.
        #[inline(always)]
        pub unsafe fn load_bytes(from: *const i8) -> [Pairs; 2] {
            // SAFETY: the caller's promise.
            let bytes = unsafe { from.cast::<[i8; 16]>().read_unaligned() };
            let pair =
                |place: usize| super::pair(bytes[2 * place].into(), bytes[2 * place + 1].into());
            [Pairs(from_fn(pair)), Pairs(from_fn(|lane| pair(4 + lane)))]
        }
    }

    impl Sums {
        #[inline(always)]
        pub fn zero() -> Sums {
            Sums([0; 4])
        }

        /// Adds the dot product of each two pairs.
        #[inline(always)]
        pub fn add_dot(self, a: Pairs, b: Pairs) -> Sums {
            let low = |pair: i32| i32::from(pair as i16);
            Sums(from_fn(|lane| {
                let (a, b) = (a.0[lane], b.0[lane]);
                self.0[lane] + low(a) * low(b) + (a >> 16) * (b >> 16)
            }))
        }

        #[inline(always)]
        pub fn to_floats(self) -> Floats {
            Floats(self.0.map(|sum| sum as f32))
        }
    }
}

/// Two 16-bit integers in one lane, the first in the lower half.
#[inline(always)]
pub fn pair(first: i32, second: i32) -> i32 {
    (first & 0xFFFF) | (second << 16)
}

/// The nearest integer. Adding 1.5 * 2^23 leaves it in the lowest bits, for values up to 2^22.
#[inline(always)]
pub fn nearest(value: f32) -> i32 {
    const ROUND: f32 = 12_582_912.0;
    ((value + ROUND).to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32)
}

/// The largest magnitude of all rows.
pub fn peak<'a>(rows: impl IntoIterator<Item = &'a [f32]>) -> f32 {
    const WIDTH: usize = 2 * LANES;
    let mut peaks = [0f32; WIDTH];
    for row in rows {
        let (chunks, rest) = row.as_chunks::<WIDTH>();
        // What is left over together with some that have been seen: a chunk as the others.
        let last = row.last_chunk::<WIDTH>().filter(|_| !rest.is_empty());
        for chunk in chunks.iter().chain(last) {
            for (peak, value) in peaks.iter_mut().zip(chunk) {
                *peak = larger(*peak, value.abs());
            }
        }
        if row.len() < WIDTH {
            for (peak, value) in peaks.iter_mut().zip(rest) {
                *peak = larger(*peak, value.abs());
            }
        }
    }
    peaks.into_iter().fold(0.0, larger)
}

/// As `f32::max`, whose care for NaN costs a call in wasm.
#[inline(always)]
pub fn larger(a: f32, b: f32) -> f32 {
    if b > a { b } else { a }
}
