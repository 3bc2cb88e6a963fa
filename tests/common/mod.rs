//! What several tests measure by.

/// The largest difference. Fails where anything is no number: comparisons would pass over it.
#[track_caller]
pub fn worst(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
    assert!(
        finite(found) && finite(expected),
        "a value that is no number"
    );
    let differences = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}
