"""Part of the fifth step: makes the remaining float operations of a quantised graph integer.

onnxruntime runs a QDQ graph in 8 bits except in two places: the first convolution, whose three
input channels are too few for the integer kernels, and the nearest-neighbour upsampling, whose
kernel works pixel by pixel. Both are rewritten here without changing the function (the filters of
the first convolution are rounded to 8 bits like all others). A pass takes a tenth less time, and
the image's bytes are the input.
"""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, numpy_helper
from onnx.helper import make_node

from lab.training.network import MEAN

#: Pixels that are read as one, with their channels side by side: 12 channels, which the integer
#: kernels process four at a time. One such group gives two columns of output (stride 2).
TOGETHER = 4
#: MEAN rounded down, because the integer kernels need one; the rest goes into the convolution's
#: offset.
ZERO = int(MEAN)


class Graph:
    """A model's graph with its initialisers by name; finds the writer and the readers of a
    value."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.graph = model.graph

    def array(self, name: str) -> NDArray[np.generic]:
        """An initialiser's value."""
        found = next(i for i in self.graph.initializer if i.name == name)
        return np.asarray(numpy_helper.to_array(found))

    def maker(self, name: str) -> NodeProto:
        return next(n for n in self.graph.node if name in n.output)

    def taker(self, name: str) -> NodeProto:
        """The only node that reads a value."""
        (found,) = [n for n in self.graph.node if name in n.input]
        return found

    def constant(self, name: str, value: NDArray[np.generic]) -> str:
        """Name of an initialiser, added if it is new."""
        if all(i.name != name for i in self.graph.initializer):
            self.graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def replace(self, old: list[NodeProto], new: list[NodeProto]) -> None:
        """Put `new` where the first of `old` was."""
        at = min(list(self.graph.node).index(n) for n in old)
        for node in old:
            self.graph.node.remove(node)
        for offset, node in enumerate(new):
            self.graph.node.insert(at + offset, node)

    def prune(self) -> None:
        """Drop initialisers that nothing reads."""
        used = {name for n in self.graph.node for name in n.input}
        kept = [i for i in self.graph.initializer if i.name in used]
        del self.graph.initializer[:]
        self.graph.initializer.extend(kept)


def wide_filters(w: NDArray[np.float32]) -> NDArray[np.float32]:
    """3x3 filters of stride 2 as filters over columns of TOGETHER pixels.

    Args:
        w: f32 [out, 3, 3, 3] (output, colour, row, column).

    Returns:
        f32 [2 * out, 3 * TOGETHER, 3, 2]: first all filters for the even output column, then all
        for the odd one; input channel 3 * p + c is colour c of pixel p. Of the two groups read,
        only the last pixel of the left one is used.
    """
    out, colours = w.shape[:2]
    k = np.zeros((2 * out, colours * TOGETHER, 3, 2), np.float32)
    pixel = [slice(colours * p, colours * (p + 1)) for p in range(TOGETHER)]
    for tap, (at, column) in enumerate(((3, 0), (0, 1), (1, 1))):
        k[:out, pixel[at], :, column] = w[:, :, :, tap]
    for tap, at in enumerate((1, 2, 3)):
        k[out:, pixel[at], :, 1] = w[:, :, :, tap]
    return k


def integer_stem(g: Graph) -> None:
    """Feed the image's bytes directly into an integer convolution.

    Replaces image -> Transpose -> Cast -> Sub -> Conv -> Relu -> QuantizeLinear.
    """
    chain = [g.taker("image")]
    while chain[-1].op_type != "QuantizeLinear":
        chain.append(g.taker(chain[-1].output[0]))
    kinds = [n.op_type for n in chain]
    if [k for k in kinds if k != "Relu"] != ["Transpose", "Cast", "Sub", "Conv", "QuantizeLinear"]:
        raise ValueError(f"the graph begins in an unknown way: {kinds}")
    conv, last = next(n for n in chain if n.op_type == "Conv"), chain[-1]
    filters = np.asarray(g.array(conv.input[1]), np.float32)
    k = wide_filters(filters)
    offset = np.tile(np.asarray(g.array(conv.input[2]), np.float64), 2)
    offset += (ZERO - MEAN) * k.sum((1, 2, 3))
    scale = np.abs(k).max((1, 2, 3)) / 127
    names = [
        g.constant("stem_image_scale", np.float32(1)),
        g.constant("stem_image_zero", np.uint8(ZERO)),
        g.constant("stem_filters", np.rint(k / scale[:, None, None, None]).astype(np.int8)),
        g.constant("stem_scale", scale.astype(np.float32)),
        g.constant("stem_zero", np.zeros(len(scale), np.int8)),
        last.input[1],
        last.input[2],
        g.constant("stem_offset", np.rint(offset / scale).astype(np.int32)),
    ]
    wide = g.constant("stem_wide", np.array([0, 0, -1, k.shape[1]], np.int64))
    narrow = g.constant("stem_narrow", np.array([0, 0, -1, len(filters)], np.int64))
    new = [
        make_node("Reshape", ["image", wide], ["stem_columns"]),
        make_node("Transpose", ["stem_columns"], ["stem_in"], perm=[0, 3, 1, 2]),
        make_node(
            "QLinearConv",
            ["stem_in", *names],
            ["stem_out"],
            kernel_shape=[3, 2],
            pads=[1, 1, 0, 0],
            strides=[2, 1],
        ),
        make_node("Transpose", ["stem_out"], ["stem_pairs"], perm=[0, 2, 3, 1]),
        make_node("Reshape", ["stem_pairs", narrow], ["stem_pixels"]),
        make_node("Transpose", ["stem_pixels"], [last.output[0]], perm=[0, 3, 1, 2]),
    ]
    g.replace(chain, new)


def integer_upsampling(g: Graph) -> None:
    """Double the size by copying bytes, in channels-last layout."""
    double = g.constant("up_double", np.array([1, 2, 2, 1], np.int64))
    copies = g.constant("up_copies", np.array([1, 1, 2, 1, 2, 1], np.int64))
    axes = g.constant("up_axes", np.array([2, 4], np.int64))
    for node in [n for n in g.graph.node if n.op_type == "Resize"]:
        before, after = g.maker(node.input[0]), g.taker(node.output[0])
        same = before.op_type == "DequantizeLinear" and after.op_type == "QuantizeLinear"
        if not same or g.array(before.input[1]) != g.array(after.input[1]):
            raise ValueError(f"{node.name}: quantised differently before and after")
        name = node.output[0]
        new = [
            make_node("Transpose", [before.input[0]], [f"{name}_last"], perm=[0, 2, 3, 1]),
            make_node("Shape", [f"{name}_last"], [f"{name}_size"]),
            make_node("Mul", [f"{name}_size", double], [f"{name}_doubled"]),
            make_node("Unsqueeze", [f"{name}_last", axes], [f"{name}_single"]),
            make_node("Expand", [f"{name}_single", copies], [f"{name}_copied"]),
            make_node("Reshape", [f"{name}_copied", f"{name}_doubled"], [f"{name}_up"]),
            make_node("Transpose", [f"{name}_up"], [after.output[0]], perm=[0, 3, 1, 2]),
        ]
        g.replace([node, after], new)


def all_integer(model: onnx.ModelProto) -> onnx.ModelProto:
    """The quantised model with both places rewritten; changes and returns `model`."""
    g = Graph(model)
    integer_stem(g)
    integer_upsampling(g)
    g.prune()
    onnx.checker.check_model(model)
    return model
