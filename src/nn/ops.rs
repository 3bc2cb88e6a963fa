//! Operators of our own, swapped in where tract's are slow.

use tract_onnx::tract_core::internal::*;
use tract_onnx::tract_core::model::Rewriter;
use tract_onnx::tract_core::ops::nn::{Softmax, SoftmaxKind};

use super::kernels::softmax_columns;

/// Puts our operators into a decluttered graph.
pub fn swap_in(model: &mut TypedModel) -> TractResult<()> {
    Rewriter::default()
        .with_rule_for::<Softmax>("softmax-over-columns", column_softmax)
        .rewrite(&(), model)
}

/// Softmax over an axis that is not the last one. tract moves the axes of an attention around to save transpositions,
/// and then walks such an axis one value at a time.
#[derive(Debug, Clone, Hash, PartialEq, Eq)]
struct ColumnSoftmax {
    axis: usize,
}

fn column_softmax(
    _: &(),
    model: &TypedModel,
    node: &TypedNode,
    _: &str,
    softmax: &Softmax,
) -> TractResult<Option<TypedModelPatch>> {
    let fact = model.outlet_fact(node.inputs[0])?;
    let [axis] = *softmax.axes else {
        return Ok(None);
    };
    if axis + 1 == fact.rank()
        || fact.datum_type != f32::datum_type()
        || softmax.kind != SoftmaxKind::Softmax
    {
        return Ok(None);
    }
    TypedModelPatch::single_unary_op(model, node, ColumnSoftmax { axis }).map(Some)
}

impl Op for ColumnSoftmax {
    fn name(&self) -> StaticName {
        "ColumnSoftmax".into()
    }

    op_as_typed_op!();
}

impl EvalOp for ColumnSoftmax {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut tensor = args_1!(inputs).into_tensor();
        let shape = tensor.shape().to_vec();
        let columns = shape[self.axis + 1..].iter().product();
        let block = shape[self.axis] * columns;
        if block > 0 {
            for block in tensor
                .try_as_plain_ram_mut()?
                .as_slice_mut::<f32>()?
                .chunks_exact_mut(block)
            {
                softmax_columns(block, columns);
            }
        }
        Ok(tvec!(tensor.into_tvalue()))
    }
}

impl TypedOp for ColumnSoftmax {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(inputs[0].without_value()))
    }

    as_op!();
}
