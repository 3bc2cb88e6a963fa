//! Values for tests.

/// `count` values between -1 and 1 that look random.
pub fn noise(seed: u64, count: usize) -> Vec<f32> {
    let values = (0..count as u64).map(|index| {
        let mixed = (index ^ seed << 32)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(23);
        (mixed.wrapping_mul(0xD1B5_4A32_D192_ED03) >> 40) as f32 / (1 << 23) as f32 - 1.0
    });
    values.collect()
}
