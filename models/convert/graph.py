"""A thin builder over onnx.helper: names, int8 weights and the few layers that the graphs share."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
IR_VERSION = 8
LAYER_NORM_EPSILON = 1e-6
MASKED = -1e9
# Below this size a tensor stays f32: the saving is small and it often is a sensitive last layer.
INT8_MIN_SIZE = 2048
_TYPES = {"f32": TensorProto.FLOAT, "i64": TensorProto.INT64}


def quantize(weight, axis):
    """Symmetric int8 per slice along `axis`: (int8 tensor, f32 scales), weight ~ int8 * scale."""
    others = tuple(i for i in range(weight.ndim) if i != axis)
    peak = np.abs(weight).max(axis=others)
    scale = np.where(peak > 0, peak / 127, 1).astype(np.float32)
    shape = [-1 if i == axis else 1 for i in range(weight.ndim)]
    return np.clip(np.rint(weight / scale.reshape(shape)), -127, 127).astype(np.int8), scale


class Graph:
    """One ONNX graph under construction; tensors are referred to by name."""

    def __init__(self, name, int8=True):
        self.name = name
        self.int8 = int8
        self.nodes = []
        self.inputs = []
        self.outputs = []
        self.initializers = {}
        self._count = {}

    def fresh(self, base):
        """A name that is not taken yet: `base`, `base_1`, `base_2`, ..."""
        count = self._count.get(base, 0)
        self._count[base] = count + 1
        return base if count == 0 else f"{base}_{count}"

    def input(self, name, shape, kind="f32"):
        """Declares an input; a string in `shape` is a symbolic dimension."""
        self.fresh(name)
        self.inputs.append(helper.make_tensor_value_info(name, _TYPES[kind], shape))
        return name

    def output(self, name, tensor, shape):
        """Declares `tensor` as the graph's output `name`."""
        self.fresh(name)
        self.nodes.append(helper.make_node("Identity", [tensor], [name], name=name))
        self.outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def const(self, value, name="const", dtype=np.float32):
        """An initializer holding `value`; equal small constants are shared."""
        value = np.asarray(value, dtype)
        key = (value.dtype.str, value.shape, value.tobytes()) if value.size <= 16 else None
        if key is not None and key in self.initializers:
            return self.initializers[key].name
        name = self.fresh(name)
        self.initializers[key or name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def ints(self, *values):
        """A 1-d int64 constant (shapes, axes, slice bounds)."""
        return self.const(values, "ints", np.int64)

    def weight(self, value, name, axis):
        """A weight tensor, stored int8 per slice along `axis` (its output channels) if it is large enough."""
        value = np.asarray(value, np.float32)
        if not self.int8 or value.size < INT8_MIN_SIZE:
            return self.const(value, name)
        quantized, scale = quantize(value, axis)
        inputs = [self.const(quantized, f"{name}.int8", np.int8), self.const(scale, f"{name}.scale")]
        return self.op("DequantizeLinear", *inputs, name=name, axis=axis)

    def op(self, kind, *inputs, name=None, **attributes):
        """Adds a node with one output and returns that output."""
        output = self.fresh(name or kind.lower())
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output

    def add(self, *terms):
        """The sum of all terms, left to right."""
        total = terms[0]
        for term in terms[1:]:
            total = self.op("Add", total, term)
        return total

    def scale(self, x, factor):
        """x times a scalar constant."""
        return self.op("Mul", x, self.const(factor, "factor"))

    def slice(self, x, start, end, axis):
        """x[start:end] along `axis`; `end` None means to the last element, negative counts from the end."""
        if end is None:
            end = np.iinfo(np.int64).max
        return self.op("Slice", x, self.ints(start), self.ints(end), self.ints(axis))

    def concat(self, *parts, axis):
        return self.op("Concat", *parts, axis=axis) if len(parts) > 1 else parts[0]

    def reshape(self, x, *shape):
        return self.op("Reshape", x, self.ints(*shape))

    def unsqueeze(self, x, *axes):
        return self.op("Unsqueeze", x, self.ints(*axes))

    def squeeze(self, x, *axes):
        return self.op("Squeeze", x, self.ints(*axes))

    def transpose(self, x, *perm):
        return self.op("Transpose", x, perm=perm)

    def linear(self, x, weight, bias, name, exact=False):
        """x [.., in] through a (out, in) or (out, in, 1) weight, kept in f32 if `exact`; `bias` may be None."""
        weight = np.asarray(weight, np.float32)
        weight = weight.reshape(weight.shape[0], -1).T
        key = f"{name}.weight"
        y = self.op("MatMul", x, self.const(weight, key) if exact else self.weight(weight, key, 1), name=name)
        return y if bias is None else self.op("Add", y, self.const(bias, f"{name}.bias"))

    def conv(self, x, weight, bias, name, **attributes):
        """x [1, in, n] through a (out, in / groups, kernel) weight, without padding unless `pads` says so."""
        inputs = [x, self.weight(weight, f"{name}.weight", 0)]
        if bias is not None:
            inputs.append(self.const(bias, f"{name}.bias"))
        attributes["kernel_shape"] = [weight.shape[2]]
        return self.op("Conv", *inputs, name=name, **attributes)

    def lstm(self, inputs, hidden, directions, name):
        """An LSTM node; returns all hidden states, and the last hidden and cell if it is given initial ones."""
        parts = ("y", "y_h", "y_c") if len(inputs) > 4 else ("y",)
        outputs = [self.fresh(f"{name}.{part}") for part in parts]
        direction = "bidirectional" if directions == 2 else "forward"
        attributes = {"hidden_size": hidden, "direction": direction}
        self.nodes.append(helper.make_node("LSTM", inputs, outputs, name=name, **attributes))
        return outputs

    def layer_norm(self, x, weight, bias, name):
        """LayerNorm over the last axis, from primitives."""
        centred = self.op("Sub", x, self.op("ReduceMean", x, axes=[-1], keepdims=1))
        square = self.op("Mul", centred, centred)
        variance = self.op("ReduceMean", square, axes=[-1], keepdims=1)
        deviation = self.op("Sqrt", self.op("Add", variance, self.const(LAYER_NORM_EPSILON, "epsilon")))
        scaled = self.op("Mul", self.op("Div", centred, deviation), self.const(weight, f"{name}.weight"))
        return self.op("Add", scaled, self.const(bias, f"{name}.bias"))

    def model(self):
        """The checked ModelProto."""
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, list(self.initializers.values()))
        opsets = [helper.make_opsetid("", OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="langdu", ir_version=IR_VERSION)
        onnx.checker.check_model(model, full_check=True)
        return model
