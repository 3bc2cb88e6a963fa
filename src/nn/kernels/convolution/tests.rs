use proptest::prelude::*;

use super::*;
use crate::noise::noise;

proptest! {
    /// Both kinds of weights, over odd shapes, in two runs in a row.
    #[test]
    fn equals_the_plain_formula(
        out in 1usize..10, width in 1usize..8, taps in 1usize..8, dilation in 1usize..6,
        lengths in (1usize..40, 1usize..40), frame in 0usize..20, slope in 0f32..1.0, seed: u64, whole: bool,
        empty in (0usize..4, 0usize..4),
    ) {
        let shape = [out, width, taps];
        let mut weight = noise(seed, out * width * taps);
        // The first rows have no weights in some of the taps at both ends, or in none.
        for row in weight.chunks_exact_mut(width * taps).take(5) {
            for (place, value) in row.iter_mut().enumerate() {
                let tap = place % taps;
                if tap < empty.0 || tap + empty.1 >= taps {
                    *value = 0.0;
                }
            }
        }
        let values = if whole {
            let bytes = weight.iter().map(|value| (value * 127.0) as i8).collect();
            Values::Bytes { bytes, scales: noise(!seed, out).iter().map(|scale| scale / 127.0).collect(), axis: 0 }
        } else {
            Values::Floats(weight)
        };
        let weight = Tensor { shape: shape.to_vec(), values };
        let floats = weight.to_floats();
        let bias = noise(seed ^ 1, out);
        let place = |[row, channel, tap]: [usize; 3]| Some((row * width + channel) * taps + tap);
        let convolution = Convolution::new(&weight, &bias, shape, dilation, None, place, |row| row).unwrap();

        let reach = (taps - 1) * dilation;
        let mut context = vec![0.0; convolution.context()];
        let mut before = vec![0.0; width * reach];
        for (number, columns) in [lengths.0, lengths.1].into_iter().enumerate() {
            let x = noise(seed ^ (2 + number as u64), width * columns);
            let old = noise(seed ^ 9, out * columns);
            let mut y = old.clone();
            convolution.run(&x, slope, frame, &mut context, &mut y, &mut Scratch::default());

            let total = reach + columns;
            let mut joined = vec![0.0; width * total];
            for channel in 0..width {
                for time in 0..total {
                    joined[channel * total + time] = if time < reach {
                        before[channel * reach + time]
                    } else {
                        let value = x[channel * columns + time - reach];
                        if value > 0.0 { value } else { value * slope }
                    };
                }
                let last = &joined[channel * total + columns..][..reach];
                prop_assert_eq!(last, &context[channel * reach..][..reach]);
                before[channel * reach..][..reach].copy_from_slice(last);
            }
            for row in 0..out {
                for time in 0..columns {
                    let mut sum = f64::from(bias[row]) + f64::from(old[row * columns + time]);
                    for channel in 0..width {
                        for tap in 0..taps {
                            let weight = floats[(row * width + channel) * taps + tap];
                            sum += f64::from(weight * joined[channel * total + time + tap * dilation]);
                        }
                    }
                    let found = f64::from(y[row * columns + time]);
                    // Rounded inputs below one are off by half of 2^-15, at most, each.
                    let bound = 1e-5 + if whole { (width * taps) as f64 / 65000.0 } else { 0.0 };
                    prop_assert!((found - sum).abs() < bound, "{} instead of {}", found, sum);
                }
            }
        }
    }
}

proptest! {
    /// A window with zeros on both sides equals a carried context of zeros, moved.
    #[test]
    fn windows_look_ahead(
        width in 1usize..6, taps in 1usize..8, dilation in 1usize..6, columns in 1usize..40, part in 0usize..40, seed: u64,
    ) {
        let shape = [3, width, taps];
        let weight = Tensor { shape: shape.to_vec(), values: Values::Floats(noise(seed, 3 * width * taps)) };
        let place = |[row, channel, tap]: [usize; 3]| Some((row * width + channel) * taps + tap);
        let reach = (taps - 1) * dilation;
        let ahead = part % (reach + 1);
        let new = |ahead| Convolution::new(&weight, &[0.5; 3], shape, dilation, ahead, place, |row| row).unwrap();
        let x = noise(seed ^ 1, width * columns);
        let mut window = vec![0.0; 3 * columns];
        new(Some(ahead)).run(&x, 0.2, 0, &mut [], &mut window, &mut Scratch::default());

        let longer = columns + ahead;
        let mut padded = vec![0.0; width * longer];
        for (to, from) in padded.chunks_exact_mut(longer).zip(x.chunks_exact(columns)) {
            to[..columns].copy_from_slice(from);
        }
        let mut carried = vec![0.0; 3 * longer];
        let mut context = vec![0.0; width * reach];
        new(None).run(&padded, 0.2, 0, &mut context, &mut carried, &mut Scratch::default());
        for (window, carried) in window.chunks_exact(columns).zip(carried.chunks_exact(longer)) {
            for (found, expected) in window.iter().zip(&carried[ahead..]) {
                prop_assert!((found - expected).abs() < 1e-5);
            }
        }
    }
}

proptest! {
    /// Rounded inputs do not make frames depend on the run that they are in.
    #[test]
    fn frames_are_the_same_in_any_run(
        width in 1usize..6, taps in 1usize..8, dilation in 1usize..6, first in 1usize..4, second in 1usize..4, frame in 1usize..20, seed: u64,
    ) {
        let shape = [5, width, taps];
        let bytes = noise(seed, 5 * width * taps).iter().map(|value| (value * 127.0) as i8).collect();
        let weight = Tensor { shape: shape.to_vec(), values: Values::Bytes { bytes, scales: vec![0.01; 5], axis: 0 } };
        let place = |[row, channel, tap]: [usize; 3]| Some((row * width + channel) * taps + tap);
        let convolution = Convolution::new(&weight, &[0.5; 5], shape, dilation, None, place, |row| row).unwrap();
        let columns = (first + second) * frame;
        // Every frame louder than the one before.
        let x = noise(seed ^ 1, width * columns);
        let x = x.iter().enumerate().map(|(at, value)| value * (1 + at % columns / frame) as f32);
        let x = x.collect::<Vec<_>>();
        let run = |x: &[f32], context: &mut [f32]| {
            let mut y = vec![0.0; 5 * x.len() / width];
            convolution.run(x, 0.2, frame, context, &mut y, &mut Scratch::default());
            y
        };
        let whole = run(&x, &mut vec![0.0; convolution.context()]);
        let mut context = vec![0.0; convolution.context()];
        for part in [0..first * frame, first * frame..columns] {
            let inputs = x.chunks_exact(columns).flat_map(|row| &row[part.clone()]).copied();
            let made = run(&inputs.collect::<Vec<_>>(), &mut context);
            let expected = whole.chunks_exact(columns).flat_map(|row| &row[part.clone()]).copied();
            prop_assert_eq!(made, expected.collect::<Vec<_>>());
        }
    }
}
