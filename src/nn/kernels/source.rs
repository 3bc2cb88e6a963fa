//! Noise for a vocoder's source, a function of its place alone.

/// Adds noise of variance 1 times `level` to samples. `position` is the number of the first one, and each stream has noise of
/// its own.
pub fn add_noise(level: f32, position: u64, stream: u32, samples: &mut [f32]) {
    const STREAMS: u32 = 64;
    // Four bytes added up are near enough normal.
    const MEAN: f32 = 510.0;
    const DEVIATION: f32 = 147.801_67;
    let first = (position as u32).wrapping_mul(STREAMS).wrapping_add(stream);
    let level = level / DEVIATION;
    for (index, sample) in (0u32..).zip(samples) {
        let bits = mixed(first.wrapping_add(index.wrapping_mul(STREAMS)));
        let bytes = |shift: u32| (bits >> shift) & 0x00FF_00FF;
        let halves = bytes(0) + bytes(8);
        let sum = (halves & 0xFFFF) + (halves >> 16);
        *sample += level * (sum as f32 - MEAN);
    }
}

/// 32 well mixed bits (the multipliers are those that Wellons's search of such functions found).
#[inline(always)]
pub fn mixed(mut bits: u32) -> u32 {
    bits = (bits ^ (bits >> 16)).wrapping_mul(0x7FEB_352D);
    bits = (bits ^ (bits >> 15)).wrapping_mul(0x846C_A68B);
    bits ^ (bits >> 16)
}
