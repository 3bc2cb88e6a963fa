//! A convolution in time that carries its left context from run to run, with the activation before it.
//!
//! No copies of the input for every tap, as in a matrix product, and one operator instead of six.

use std::sync::Arc;

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_hir::infer::*;
use tract_onnx::tract_hir::internal::{
    Expansion, InferenceOp, check_input_arity, check_output_arity, expand,
};
use tract_onnx::{model::ParsingContext, pb::NodeProto};

use super::kernels::Taps;

/// The name of the operator in a fused graph: inputs x [1, in, n], context [in, (taps - 1) * dilation], weight
/// [out, in, taps], bias [out]; outputs y [1, out, n] and the next context. x passes LeakyReLU of `slope` first.
pub const NAME: &str = "StreamingConvolution";

/// Makes the operator from its node in the file.
pub fn build(
    _: &ParsingContext,
    node: &NodeProto,
) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    let dilation = node.get_attr::<usize>("dilation")?;
    let slope = node.get_attr::<f32>("slope")?;
    Ok((expand(Unpacked { dilation, slope }), vec![]))
}

#[derive(Debug, Clone)]
struct Unpacked {
    dilation: usize,
    slope: f32,
}

impl Expansion for Unpacked {
    fn name(&self) -> StaticName {
        NAME.into()
    }

    fn nboutputs(&self) -> TractResult<usize> {
        Ok(2)
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        solver: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> TractResult<()> {
        check_input_arity(inputs, 4)?;
        check_output_arity(outputs, 2)?;
        solver.equals(&outputs[0].datum_type, f32::datum_type())?;
        solver.equals(&outputs[0].rank, 3)?;
        solver.equals(&outputs[0].shape[0], 1.to_dim())?;
        solver.equals(&outputs[0].shape[1], &inputs[2].shape[0])?;
        solver.equals(&outputs[0].shape[2], &inputs[0].shape[2])?;
        solver.equals(&outputs[1].datum_type, f32::datum_type())?;
        solver.equals(&outputs[1].shape, &inputs[1].shape)
    }

    fn wire(
        &self,
        prefix: &str,
        model: &mut TypedModel,
        inputs: &[OutletId],
    ) -> TractResult<TVec<OutletId>> {
        let constant = |input: OutletId| -> TractResult<Arc<Tensor>> {
            model
                .outlet_fact(input)?
                .konst
                .clone()
                .context("weights must be stored in the file")
        };
        let (weight, bias) = (constant(inputs[2])?, constant(inputs[3])?);
        let [out, width, taps] = *weight.shape() else {
            bail!("weights must have three axes")
        };
        ensure!(
            bias.len() == out,
            "{} biases for {out} channels",
            bias.len()
        );
        let context = model.outlet_fact(inputs[1])?.shape.clone();
        let expected = [width, (taps - 1) * self.dilation];
        ensure!(
            context.as_concrete() == Some(&expected),
            "the context is {context:?} instead of {expected:?}"
        );
        let floats = |tensor: &Tensor| {
            Ok::<_, TractError>(tensor.try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
        };
        let taps = Taps::new(
            &floats(&weight)?,
            &floats(&bias)?,
            [out, width, taps],
            self.dilation,
        );
        let operator = StreamingConvolution {
            taps: Arc::new(taps),
            slope: self.slope,
        };
        model.wire_node(prefix, operator, &inputs[..2])
    }
}

#[derive(Debug, Clone)]
struct StreamingConvolution {
    taps: Arc<Taps>,
    slope: f32,
}

impl PartialEq for StreamingConvolution {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.taps, &other.taps) && self.slope == other.slope
    }
}

impl Eq for StreamingConvolution {}

impl Op for StreamingConvolution {
    fn name(&self) -> StaticName {
        NAME.into()
    }

    op_as_typed_op!();
}

impl EvalOp for StreamingConvolution {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let (x, context) = args_2!(inputs);
        let columns = x.shape()[2];
        let mut y = Tensor::zero::<f32>(&[1, self.taps.channels_out(), columns])?;
        let mut next = Tensor::zero::<f32>(context.shape())?;
        self.taps.run(
            x.try_as_plain_ram()?.as_slice::<f32>()?,
            context.try_as_plain_ram()?.as_slice::<f32>()?,
            self.slope,
            y.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?,
            next.try_as_plain_ram_mut()?.as_slice_mut::<f32>()?,
        );
        Ok(tvec!(y.into_tvalue(), next.into_tvalue()))
    }
}

impl TypedOp for StreamingConvolution {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let mut shape = inputs[0].shape.clone();
        shape.set(1, self.taps.channels_out().to_dim());
        Ok(tvec!(
            f32::datum_type().fact(shape),
            inputs[1].without_value()
        ))
    }

    as_op!();
}
