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

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 20_000;

    fn stream(stream: u32, position: u64, count: usize) -> Vec<f32> {
        let mut samples = vec![0.0; count];
        add_noise(1.0, position, stream, &mut samples);
        samples
    }

    fn product(one: &[f32], other: &[f32]) -> f32 {
        let sum: f32 = one.iter().zip(other).map(|(one, other)| one * other).sum();
        sum / one.len().min(other.len()) as f32
    }

    #[test]
    fn noise_has_no_mean_and_a_variance_of_one() {
        let noise = stream(3, 0, COUNT);
        let mean = noise.iter().sum::<f32>() / COUNT as f32;
        assert!(mean.abs() < 0.03, "{mean}");
        let variance = product(&noise, &noise);
        assert!((variance - 1.0).abs() < 0.03, "{variance}");
    }

    #[test]
    fn neither_streams_nor_neighbours_know_of_each_other() {
        let streams: Vec<Vec<f32>> = (0..17).map(|number| stream(number, 0, COUNT)).collect();
        for (number, one) in streams.iter().enumerate() {
            for lag in 1..20 {
                assert!(product(one, &one[lag..]).abs() < 0.04, "{number}, {lag}");
            }
            for other in &streams[..number] {
                for lag in 0..3 {
                    assert!(product(&one[lag..], other).abs() < 0.04, "{number}, {lag}");
                }
            }
        }
    }

    #[test]
    fn a_sample_has_the_noise_of_its_place() {
        let whole = stream(5, 1000, 400);
        let pieces = [stream(5, 1000, 150), stream(5, 1150, 250)].concat();
        assert_eq!(whole, pieces);
    }
}
