//! A chunk of a HiFi-GAN generator (Kong et al. 2020; KAN-TTS: `Generator`), with or without a harmonic source.
//!
//! In a causal one every convolution keeps its left context, so that chunks of any size join without a seam. In another one
//! a chunk is a window, and what lies outside the utterance is zero in every layer.

use tract_onnx::pb::NodeProto;
use tract_onnx::tract_core::internal::*;

use super::network::{Network, floats};
use super::tensors::{File, attribute};
use langdu_kernels::Stored;
use langdu_kernels::convolution::{Convolution, Scratch};
use langdu_kernels::layers::{add, add_sines, interleaved, multiply, scale, tanh_all, transposed};

#[derive(Debug)]
pub struct Vocoder {
    bins: usize,
    first: Convolution,
    stages: Vec<Stage>,
    last: Convolution,
    /// Mixes the harmonics of the source.
    source: Option<Convolution>,
    slope: f32,
    last_slope: f32,
    hop: usize,
    causal: bool,
}

#[derive(Debug)]
struct Stage {
    /// Makes `scale` times as many rows as channels: all channels' first ones of the columns that lie between two of the input's,
    /// then all second ones. Rows that reach the same inputs lie together, so that taps without weights are left out.
    upsample: Convolution,
    scale: usize,
    /// Takes the excitation, every `stride` columns of it as channels.
    excite: Option<(Convolution, usize)>,
    /// Pairs of convolutions in a row, several times side by side.
    blocks: Vec<Vec<[Convolution; 2]>>,
}

impl Vocoder {
    pub fn read(file: &File) -> Option<Vocoder> {
        let (causal, with_source) = match *file.inputs().as_slice() {
            ["mel"] => (true, false),
            ["mel", "source"] => (true, true),
            ["mel", "valid"] => (false, false),
            ["mel", "valid", "source"] => (false, true),
            _ => return None,
        };
        let block = |number: usize, pair: usize, part: usize| {
            format!("conv_blocks.{number}.convs{part}.{pair}.conv1d")
        };
        let stages = file.numbered(|stage| format!("upsamples.{stage}.weight"));
        let blocks = file.numbered(|number| format!("{}.weight", block(number, 0, 1)));
        let per_stage = blocks.checked_div(stages)?;
        let slopes = file
            .graph
            .node
            .iter()
            .filter(|node| node.op_type == "LeakyRelu");
        let slopes = slopes.map(|node| attribute(node, "alpha").map(|alpha| alpha.f));
        let slopes = slopes.collect::<Option<Vec<_>>>()?;
        let (&last_slope, slopes) = slopes.split_last()?;
        let &slope = slopes.first()?;
        let read_block = |number: usize| {
            let pairs = file.numbered(|pair| format!("{}.weight", block(number, pair, 1)));
            let pairs = (0..pairs).map(|pair| {
                Some([
                    convolution(file, &block(number, pair, 1), true)?,
                    convolution(file, &block(number, pair, 2), true)?,
                ])
            });
            pairs.collect::<Option<Vec<_>>>()
        };
        let read_stage = |stage: usize| {
            let (upsample, scale) = upsampling(file, &format!("upsamples.{stage}"), causal)?;
            let blocks = stage * per_stage..(stage + 1) * per_stage;
            let blocks = blocks.map(read_block);
            let excite = format!("source_downs.{stage}.conv1d");
            Some(Stage {
                upsample,
                scale,
                excite: if with_source {
                    Some(downsampling(file, &excite)?)
                } else {
                    None
                },
                blocks: blocks.collect::<Option<_>>()?,
            })
        };
        let stages = (0..stages).map(read_stage).collect::<Option<Vec<_>>>()?;
        let first = convolution(file, "conv_pre.conv1d", false)?;
        let source = with_source.then(|| convolution(file, "source_module.ffn.0", false));
        let vocoder = Vocoder {
            bins: first.channels()[1],
            hop: stages.iter().map(|stage| stage.scale).product(),
            first,
            stages,
            last: convolution(file, "conv_post.conv1d", false)?,
            source: match source {
                Some(source) => Some(source?),
                None => None,
            },
            slope,
            last_slope,
            causal,
        };
        let counts =
            ["Conv", "ConvTranspose", "LeakyRelu", "Sin"].map(|operator| file.count(operator));
        let fits = slopes.iter().all(|other| *other == slope)
            && vocoder.counts() == counts
            && vocoder.joins()
            && match causal {
                true => vocoder.convolutions().all(Convolution::is_causal),
                false => vocoder.state() == 0,
            };
        fits.then_some(vocoder)
    }

    /// How many plain and transposed convolutions, activations and sines there are.
    fn counts(&self) -> [usize; 4] {
        let stages = self.stages.len();
        let pairs = self
            .stages
            .iter()
            .flat_map(|stage| &stage.blocks)
            .map(Vec::len)
            .sum::<usize>();
        let of_source = if self.source.is_some() { 1 + stages } else { 0 };
        [
            2 * pairs + 2 + of_source,
            stages,
            2 * pairs + stages + 1,
            stages,
        ]
    }

    /// Whether each layer takes what the one before makes.
    fn joins(&self) -> bool {
        let mut width = self.first.channels()[0];
        let mut below = self.hop;
        for stage in &self.stages {
            let [out, into] = stage.upsample.channels();
            let pairs = stage.blocks.iter().flatten().flatten();
            if into != width {
                return false;
            }
            width = out / stage.scale;
            below /= stage.scale;
            let excited = stage.excite.as_ref().is_none_or(|(convolution, stride)| {
                convolution.channels() == [width, *stride] && *stride == below
            });
            if !excited || pairs.into_iter().any(|pair| pair.channels() != [width; 2]) {
                return false;
            }
        }
        let mixes = self
            .source
            .as_ref()
            .is_none_or(|source| source.channels()[0] == 1);
        mixes && self.last.channels() == [1, width]
    }

    fn convolutions(&self) -> impl Iterator<Item = &Convolution> {
        let stages = self.stages.iter().flat_map(|stage| {
            let excite = stage.excite.iter().map(|(convolution, _)| convolution);
            let blocks = stage.blocks.iter().flatten().flatten();
            [&stage.upsample].into_iter().chain(excite).chain(blocks)
        });
        [&self.first, &self.last]
            .into_iter()
            .chain(&self.source)
            .chain(stages)
    }
}

/// The convolution of a node, in `f32` unless `rounded`, as those of residual blocks are, which are nearly all of the work: in the
/// others rounding saves a hundredth of the time, and near silence four times as much is lost. Nothing if it has other attributes than a dilation and padding.
fn convolution(file: &File, name: &str, rounded: bool) -> Option<Convolution> {
    let node = file.node(name)?;
    let known = |name: &str| ["dilations", "kernel_shape", "pads"].contains(&name);
    let attributes = node.attribute.iter();
    if node.op_type != "Conv"
        || !attributes
            .into_iter()
            .all(|attribute| known(&attribute.name))
    {
        return None;
    }
    let dilation = match attribute(node, "dilations") {
        Some(_) => *integers(node, "dilations")?.first()?,
        None => 1,
    };
    let mut weight = file.tensor(&format!("{name}.weight"))?;
    let [out, width, taps] = *weight.shape.as_slice() else {
        return None;
    };
    if !rounded {
        weight = weight.into_floats();
    }
    let reach = taps.checked_sub(1)?.checked_mul(dilation)?;
    let ahead = match attribute(node, "pads") {
        Some(_) => match *integers(node, "pads")?.as_slice() {
            [before, after] if before + after == reach => Some(after),
            _ => return None,
        },
        None => None,
    };
    let place = |[row, channel, tap]: [usize; 3]| Some((row * width + channel) * taps + tap);
    let bias = file.vector(&format!("{name}.bias"))?;
    let shape = [out, width, taps];
    Convolution::new(&weight, &bias, shape, dilation, ahead, place, |row| row)
}

/// A transposed convolution as one that makes all the columns between two of the input's, the channels of one after those of another,
/// and how many these are.
fn upsampling(file: &File, name: &str, causal: bool) -> Option<(Convolution, usize)> {
    let node = file.node(name)?;
    let (strides, pads) = (integers(node, "strides")?, integers(node, "pads")?);
    let ([scale], [cut, _]) = (strides.as_slice(), pads.as_slice()) else {
        return None;
    };
    let (scale, cut) = (*scale, *cut);
    let weight = file.tensor(&format!("{name}.weight"))?.into_floats();
    let [width, out, size] = *weight.shape.as_slice() else {
        return None;
    };
    let surplus = size.checked_sub(scale).filter(|_| scale > 0)?;
    // An input column reaches `size` columns, from `cut` before its own on; in the file, a causal layer's context counts as
    // input, and what it alone reaches is cut off as well.
    let behind = if causal {
        surplus.div_ceil(scale)
    } else {
        (size - 1).checked_sub(cut)? / scale
    };
    let ahead = cut.div_ceil(scale);
    let (taps, first, ahead) = if causal {
        (behind + 1, cut, None)
    } else {
        (behind + 1 + ahead, cut + behind * scale, Some(ahead))
    };
    let place = |[row, channel, tap]: [usize; 3]| {
        let (phase, row) = (row / out, row % out);
        let place = (phase + first).checked_sub(tap * scale)?;
        (place < size).then_some((channel * out + row) * size + place)
    };
    let bias = file.vector(&format!("{name}.bias"))?;
    let bias = bias.repeat(scale);
    let shape = [out * scale, width, taps];
    let upsample = Convolution::new(&weight, &bias, shape, 1, ahead, place, |row| row % out)?;
    Some((upsample, scale))
}

/// A strided convolution of one channel as one over as many channels as its stride, and the stride.
fn downsampling(file: &File, name: &str) -> Option<(Convolution, usize)> {
    let node = file.node(name)?;
    let stride = integers(node, "strides")?
        .first()
        .copied()
        .filter(|&stride| stride > 0)?;
    let weight = file.tensor(&format!("{name}.weight"))?.into_floats();
    let [out, 1, size] = *weight.shape.as_slice() else {
        return None;
    };
    // Samples of the kernel before the first of a column.
    let (before, causal) = match attribute(node, "pads") {
        Some(_) => (*integers(node, "pads")?.first()?, false),
        None => (size.checked_sub(1)?, true),
    };
    let behind = before.div_ceil(stride);
    let ahead = size.checked_sub(1 + before)? / stride;
    let place = |[row, phase, tap]: [usize; 3]| {
        let place = (tap * stride + phase + before).checked_sub(behind * stride)?;
        (place < size).then_some(row * size + place)
    };
    let bias = file.vector(&format!("{name}.bias"))?;
    let shape = [out, stride, behind + 1 + ahead];
    let ahead = (!causal).then_some(ahead);
    let down = Convolution::new(&weight, &bias, shape, 1, ahead, place, |row| row)?;
    Some((down, stride))
}

/// An attribute of sizes.
fn integers(node: &NodeProto, name: &str) -> Option<Vec<usize>> {
    let values = attribute(node, name)?.ints.iter();
    values.map(|&value| usize::try_from(value).ok()).collect()
}

/// The contexts of the convolutions, handed out in the order in which they run.
struct Run<'a> {
    contexts: &'a mut [f32],
    scratch: Scratch,
    /// Columns of a frame.
    frame: usize,
    /// 1 in the columns inside the utterance and 0 outside, where there are such columns.
    valid: Option<Vec<f32>>,
}

impl Run<'_> {
    /// Adds the convolution of LeakyReLU of `x` to `y`.
    fn add(&mut self, convolution: &Convolution, x: &[f32], slope: f32, y: &mut [f32]) {
        let contexts = std::mem::take(&mut self.contexts);
        let (context, rest) = contexts.split_at_mut(convolution.context());
        convolution.run(x, slope, self.frame, context, y, &mut self.scratch);
        self.contexts = rest;
        self.mask(y);
    }

    /// Clears what lies outside the utterance.
    fn mask(&self, rows: &mut [f32]) {
        if let Some(valid) = &self.valid {
            for row in rows.chunks_exact_mut(valid.len().max(1)) {
                multiply(row, valid);
            }
        }
    }

    /// Goes on with `scale` columns for each one.
    fn stretch(&mut self, scale: usize) {
        self.frame *= scale;
        if let Some(valid) = &mut self.valid {
            *valid = valid
                .iter()
                .flat_map(|&valid| std::iter::repeat_n(valid, scale))
                .collect();
        }
    }

    /// The convolution of LeakyReLU of `x`.
    fn made(&mut self, convolution: &Convolution, x: &[f32], slope: f32) -> Vec<f32> {
        let [out, width] = convolution.channels();
        let mut y = vec![0.0; x.len() / width * out];
        self.add(convolution, x, slope, &mut y);
        y
    }
}

impl Network for Vocoder {
    /// The contexts of all convolutions, in the order in which they run.
    fn state(&self) -> usize {
        let contexts = self.convolutions().map(Convolution::context);
        contexts.fold(0, usize::saturating_add)
    }

    fn shapes(&self, inputs: &[Vec<TDim>]) -> Vec<Vec<TDim>> {
        vec![vec![inputs[0][0].clone() * self.hop]]
    }

    fn run(&self, inputs: &[TValue], state: &mut [f32]) -> TractResult<Vec<Vec<f32>>> {
        let mel = floats(&inputs[0])?;
        ensure!(inputs[0].shape()[1] == self.bins, "{} mel bins", self.bins);
        let frames = mel.len() / self.bins;
        let valid = match self.causal {
            true => None,
            false => Some(floats(&inputs[1])?.to_vec()),
        };
        ensure!(
            valid.as_ref().is_none_or(|valid| valid.len() == frames),
            "frames that may be valid or not"
        );
        let mut run = Run {
            contexts: state,
            scratch: Scratch::default(),
            frame: 1,
            valid: valid.clone(),
        };
        let mut excitation = Vec::new();
        if let Some(source) = &self.source {
            let harmonics = floats(&inputs[inputs.len() - 1])?;
            ensure!(
                harmonics.len() == frames * self.hop * source.channels()[1],
                "a source of the wrong size"
            );
            run.stretch(self.hop);
            excitation = run.made(source, harmonics, 1.0);
            tanh_all(&mut excitation);
            (run.frame, run.valid) = (1, valid);
        }
        let mut mel = transposed(mel, self.bins);
        run.mask(&mut mel);
        let mut x = run.made(&self.first, &mel, 1.0);
        for stage in &self.stages {
            add_sines(&mut x);
            let columns = x.len() / stage.upsample.channels()[1] * stage.scale;
            x = interleaved(
                &run.made(&stage.upsample, &x, self.slope),
                stage.scale,
                columns,
            );
            run.stretch(stage.scale);
            if let Some((convolution, stride)) = &stage.excite {
                let phases = transposed(&excitation, *stride);
                run.add(convolution, &phases, 1.0, &mut x);
            }
            let mut sum = vec![0.0; x.len()];
            let share = 1.0 / stage.blocks.len() as f32;
            for block in &stage.blocks {
                let mut y = x.clone();
                for [first, second] in block {
                    let middle = run.made(first, &y, self.slope);
                    run.add(second, &middle, self.slope, &mut y);
                }
                add(&mut sum, &y);
            }
            scale(&mut sum, share);
            x = sum;
        }
        run.valid = None;
        let mut samples = run.made(&self.last, &x, self.last_slope);
        tanh_all(&mut samples);
        Ok(vec![samples])
    }
}
