//! A whole graph as one operator of tract: the networks of our own, read straight from the file.
//!
//! tract's graph then has the inputs of the file, the operator and its outputs, so that there is nothing to optimise.
//! What the file carries in several states is one: a row of floats of the network's own.

use std::sync::Arc;

use tract_onnx::pb::GraphProto;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Size;
use tract_onnx::pb::type_proto::Value as Type;
use tract_onnx::tract_core::internal::*;

use super::tensors::File;

/// The input that carries a network's state.
const STATE: &str = "state";

/// A graph that runs in code of our own.
pub trait Network: std::fmt::Debug + Send + Sync + 'static {
    /// Floats that are carried from run to run, zeros at first.
    fn state(&self) -> usize;

    /// The shape of each output for these inputs, in the order of the file.
    fn shapes(&self, inputs: &[Vec<TDim>]) -> Vec<Vec<TDim>>;

    /// Runs once: the outputs' values in the order of [`Network::shapes`].
    fn run(&self, inputs: &[TValue], state: &mut [f32]) -> TractResult<Vec<Vec<f32>>>;
}

/// The graph of tract around a network.
pub fn wire(graph: &GraphProto, network: Arc<dyn Network>) -> TractResult<TypedModel> {
    let mut model = TypedModel::default();
    let file = File::new(graph);
    let mut inputs = tvec!();
    for name in file.inputs() {
        let input = graph.input.iter().find(|input| input.name == name);
        let Some(Type::TensorType(tensor)) =
            input.and_then(|input| input.r#type.as_ref()?.value.as_ref())
        else {
            bail!("{name} is no tensor")
        };
        let kind = tract_onnx::pb::tensor_proto::DataType::try_from(tensor.elem_type)?;
        let kind = DatumType::try_from(kind)?;
        let sizes = tensor.shape.iter().flat_map(|shape| &shape.dim);
        let shape = sizes
            .map(|size| match &size.value {
                Some(Size::DimValue(size)) => Ok(size.to_dim()),
                Some(Size::DimParam(size)) => parse_tdim(&model.symbols, size),
                None => bail!("a size of {name} is open"),
            })
            .collect::<TractResult<TVec<_>>>()?;
        inputs.push(model.add_source(name, kind.fact(shape))?);
    }
    let state = network.state();
    let names = graph.output.iter().map(|output| output.name.clone());
    let mut names = names
        .filter(|name| !name.starts_with("next_"))
        .collect::<Vec<_>>();
    if state > 0 {
        inputs.push(model.add_source(STATE, f32::fact([state]))?);
        names.push(format!("next_{STATE}"));
    }
    let outlets = model.wire_node(&graph.name, Fused(network), &inputs)?;
    for (&outlet, name) in outlets.iter().zip(names) {
        model.set_outlet_label(outlet, name)?;
    }
    model.select_output_outlets(&outlets)?;
    Ok(model)
}

#[derive(Debug, Clone)]
struct Fused(Arc<dyn Network>);

impl PartialEq for Fused {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Fused {}

impl Op for Fused {
    fn name(&self) -> StaticName {
        "Network".into()
    }

    op_as_typed_op!();
}

impl EvalOp for Fused {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, mut inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        // In place: nobody else holds the state.
        let mut state = match self.0.state() {
            0 => Tensor::zero::<f32>(&[0])?,
            _ => inputs.pop().context("no state")?.into_tensor(),
        };
        let shapes = inputs
            .iter()
            .map(|input| input.shape().iter().map(ToDim::to_dim).collect());
        let shapes = self.0.shapes(&shapes.collect::<Vec<Vec<_>>>());
        let values = self
            .0
            .run(&inputs, state.try_as_plain_ram_mut()?.as_slice_mut()?)?;
        let outputs = values.into_iter().zip(shapes).map(|(values, shape)| {
            let shape = shape
                .iter()
                .map(DimLike::to_usize)
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Tensor::from_shape(&shape, &values)?.into_tvalue())
        });
        let mut outputs = outputs.collect::<TractResult<TVec<_>>>()?;
        if self.0.state() > 0 {
            outputs.push(state.into_tvalue());
        }
        Ok(outputs)
    }
}

impl TypedOp for Fused {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        let (inputs, state) = inputs.split_at(inputs.len() - usize::from(self.0.state() > 0));
        let shapes = inputs.iter().map(|input| input.shape.to_tvec().to_vec());
        let shapes = self.0.shapes(&shapes.collect::<Vec<_>>());
        let outputs = shapes.into_iter().map(f32::fact);
        Ok(outputs
            .chain(state.iter().map(|state| state.without_value()))
            .collect())
    }

    as_op!();
}

/// The floats of an input.
pub fn floats(input: &TValue) -> TractResult<&[f32]> {
    input.try_as_plain_ram()?.as_slice()
}
