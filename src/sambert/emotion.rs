//! Emotions: a weighted blend of rows of the emotion table.

/// Rows of the emotion table and their weights, which sum to one.
#[derive(Debug, Clone, PartialEq)]
pub struct EmotionBlend(pub Vec<(usize, f32)>);

impl EmotionBlend {
    /// `intensity` in 0..=1 leads from the row of neutral speech to the row of the emotion.
    pub fn new(neutral: usize, emotion: usize, intensity: f32) -> EmotionBlend {
        if neutral == emotion {
            return EmotionBlend(vec![(neutral, 1.0)]);
        }
        EmotionBlend(vec![(neutral, 1.0 - intensity), (emotion, intensity)])
    }

    /// Writes the weights into a row of the table's length. Rows that the table lacks are left out.
    pub fn fill(&self, weights: &mut [f32]) {
        for &(row, weight) in &self.0 {
            if let Some(place) = weights.get_mut(row) {
                *place += weight;
            }
        }
    }
}
