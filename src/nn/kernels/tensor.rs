//! Weights as they are stored.

/// A weight: row-major, int8 with a scale per slice along an axis, or f32.
pub struct Tensor {
    pub shape: Vec<usize>,
    pub values: Values,
}

pub enum Values {
    Bytes {
        bytes: Vec<i8>,
        scales: Vec<f32>,
        axis: usize,
    },
    Floats(Vec<f32>),
}

impl Tensor {
    /// The same, stored as floats.
    pub fn into_floats(self) -> Tensor {
        Tensor {
            values: Values::Floats(self.to_floats()),
            shape: self.shape,
        }
    }

    /// The values as floats.
    pub fn to_floats(&self) -> Vec<f32> {
        match &self.values {
            Values::Floats(floats) => floats.clone(),
            Values::Bytes {
                bytes,
                scales,
                axis,
            } => {
                let inner = self.shape[axis + 1..].iter().product::<usize>().max(1);
                let rows = bytes.chunks_exact(inner).zip(scales.iter().cycle());
                rows.flat_map(|(row, scale)| row.iter().map(move |&byte| f32::from(byte) * scale))
                    .collect()
            }
        }
    }
}

/// Floats as ONNX stores them.
#[inline(never)]
pub fn little_endian(bytes: &[u8]) -> Vec<f32> {
    let (fours, _) = bytes.as_chunks();
    fours.iter().map(|four| f32::from_le_bytes(*four)).collect()
}

/// 8-bit integers as ONNX stores them.
#[inline(never)]
pub fn signed_bytes(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|byte| byte.cast_signed()).collect()
}

/// Weights by the names that the converter gives.
pub trait Stored {
    /// A weight, stored as `name`, or as int8 under `name.int8` and `name.scale`.
    fn tensor(&self, name: &str) -> Option<Tensor>;

    /// A stored vector of floats.
    fn vector(&self, name: &str) -> Option<Vec<f32>>;
}
