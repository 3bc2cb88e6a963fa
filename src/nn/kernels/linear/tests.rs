use proptest::prelude::*;

use super::*;
use crate::noise::noise;

proptest! {
    /// Both kinds of weights in both orders, over odd shapes.
    #[test]
    fn equals_the_plain_formula(
        inputs in 1usize..40, outputs in 1usize..30, rows in 0usize..10, seed: u64, whole: bool, outputs_first: bool,
        size in -20i32..20,
    ) {
        let size = 2f32.powi(size);
        let shape = if outputs_first { [outputs, inputs] } else { [inputs, outputs] };
        let weight = noise(seed, inputs * outputs);
        let values = if whole {
            let bytes = weight.iter().map(|value| (value * 127.0) as i8).collect();
            Values::Bytes { bytes, scales: noise(!seed, outputs).iter().map(|scale| scale / 127.0).collect(), axis: usize::from(!outputs_first) }
        } else {
            Values::Floats(weight)
        };
        let weight = Tensor { shape: shape.to_vec(), values };
        let floats = weight.to_floats();
        let bias = noise(seed ^ 1, outputs);
        let x = noise(seed ^ 2, inputs * rows).iter().map(|value| value * size).collect::<Vec<_>>();
        let y = Linear::new(&weight, outputs_first, Some(&bias)).unwrap().rows(&x);
        prop_assert_eq!(y.len(), rows * outputs);
        for row in 0..rows {
            for output in 0..outputs {
                let products = (0..inputs).map(|input| {
                    let place = if outputs_first { output * inputs + input } else { input * outputs + output };
                    f64::from(floats[place]) * f64::from(x[row * inputs + input])
                });
                let expected = products.sum::<f64>() + f64::from(bias[output]);
                let found = f64::from(y[row * outputs + output]);
                let bound = 1e-6 + f64::from(size) * (1e-5 + if whole { inputs as f64 / 65000.0 } else { 0.0 });
                prop_assert!((found - expected).abs() < bound, "{} instead of {}", found, expected);
            }
        }
    }
}
