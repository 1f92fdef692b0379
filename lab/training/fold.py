"""Merges scales and offsets of a network into its convolutions, and the four steps of a hard swish
into two. Its answers stay the same up to rounding.

    python -m lab.training.fold ch_PP-OCRv4_det_infer.onnx FOLDED.onnx

PP-OCRv4's networks have a scalar scale and offset before and after every convolution. onnxruntime
computes each of them over the whole picture, which takes longer than the convolutions.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, numpy_helper
from onnx.helper import get_attribute_value, make_node

F32 = NDArray[np.float32]


def folded(model: ModelProto) -> ModelProto:
    """The same network. Its weights have to be constants in `model`, and stay constants."""
    made = ModelProto()
    made.CopyFrom(model)
    graph = _Graph(made)
    while any(graph.fold_into_convolution(node) for node in graph.of_type("Conv")):
        pass
    for node in graph.of_type("Add"):
        graph.shorten_hard_swish(node)
    left = [*graph.used_constants(), *graph.nodes]
    kept = [NodeProto.FromString(node.SerializeToString()) for node in left]
    del made.graph.node[:], made.graph.initializer[:]
    made.graph.node.extend(kept)
    onnx.checker.check_model(made)
    return made


class _Graph:
    """The nodes of a graph that is being changed, and its constants by name."""

    def __init__(self, model: ModelProto) -> None:
        self.nodes = list[NodeProto]()
        self._constants = {w.name: numpy_helper.to_array(w) for w in model.graph.initializer}
        self._outputs = {value.name for value in model.graph.output}
        for node in model.graph.node:
            if node.op_type == "Constant":
                self._constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
            else:
                self.nodes.append(node)

    def of_type(self, name: str) -> list[NodeProto]:
        return [node for node in self.nodes if node.op_type == name]

    def used_constants(self) -> Iterator[NodeProto]:
        """Constants that other nodes read."""
        used = {name for node in self.nodes for name in node.input}
        for name, value in self._constants.items():
            if name in used:
                yield make_node("Constant", [], [name], value=numpy_helper.from_array(value))

    def fold_into_convolution(self, conv: NodeProto) -> bool:
        """Merge the node after a convolution into it; False if there is none that can be merged."""
        after = self._only_user(conv.output[0])
        if after is None:
            return False
        filters, offsets = self._weights(conv)
        number = next((self._constants[x] for x in after.input if x in self._constants), None)
        if after.op_type == "BatchNormalization":
            scale, offset, mean, variance = (self._constants[x] for x in after.input[1:])
            factor = scale / np.sqrt(variance + _attribute(after, "epsilon", 1e-5))
            filters, offsets = filters * _each(factor), (offsets - mean) * factor + offset
        elif number is None or number.size not in (1, len(filters)):
            return False
        elif after.op_type == "Mul":
            factor = np.broadcast_to(number.ravel(), len(filters))
            filters, offsets = filters * _each(factor), offsets * factor
        elif after.op_type == "Add":
            offsets = offsets + number.ravel()
        else:
            return False
        self._weigh(conv, filters, offsets)
        self._leave_out(after, conv.output[0])
        return True

    def shorten_hard_swish(self, plus: NodeProto) -> None:
        """Write x · clip(x + 3, 0, 6) / 6, which begins with an addition, as x · HardSigmoid(x),
        and merge a scale and an offset after it into the next convolution."""
        (x,) = [name for name in plus.input if name not in self._constants][:1] or [""]
        clip = self._only_user(plus.output[0])
        times = None if clip is None else self._only_user(clip.output[0])
        by_six = None if times is None else self._only_user(times.output[0])
        if clip is None or times is None or by_six is None or by_six not in self.nodes:
            return
        if self._number(plus) != 3 or [clip.op_type, by_six.op_type] != ["Clip", "Div"]:
            return
        if times.op_type != "Mul" or set(times.input) != {x, clip.output[0]}:
            return
        gate = make_node("HardSigmoid", [x], [clip.output[0]], alpha=1 / 6, beta=0.5)
        self.nodes[self.nodes.index(clip)] = gate
        self.nodes.remove(plus)
        self._leave_out(by_six, times.output[0])
        self._fold_into_next(times.output[0])

    def _fold_into_next(self, name: str) -> None:
        """Merge the scale and the offset between a value and the convolution that reads it, if
        any."""
        scale = self._only_user(name)
        offset = None if scale is None else self._only_user(scale.output[0])
        conv = None if offset is None else self._only_user(offset.output[0])
        if scale is None or offset is None or conv is None:
            return
        if [scale.op_type, offset.op_type, conv.op_type] != ["Mul", "Add", "Conv"]:
            return
        factor, number = self._number(scale), self._number(offset)
        if not factor or number is None:
            return
        filters, offsets = self._weights(conv)
        if any(_attribute(conv, "pads", [0])):
            # The convolution's padding is 0 after the offset, so the offset has to stay.
            offset.input[:] = [name, self._constant(f"{offset.output[0]}_less", number / factor)]
        else:
            offsets = offsets + number * filters.sum(axis=(1, 2, 3))
            self._leave_out(offset, scale.output[0])
        self._weigh(conv, filters * np.float32(factor), offsets)
        self._leave_out(scale, name)

    def _only_user(self, name: str) -> NodeProto | None:
        """The only node that reads a value; None if there are several or it is an output."""
        users = [node for node in self.nodes if name in node.input]
        return users[0] if len(users) == 1 and name not in self._outputs else None

    def _number(self, node: NodeProto) -> float | None:
        """The scalar that a node adds or multiplies by; None if it is not a scalar."""
        known = [self._constants[x] for x in node.input if x in self._constants]
        return float(known[0].ravel()[0]) if known and known[0].size == 1 else None

    def _weights(self, conv: NodeProto) -> tuple[F32, F32]:
        """Filters and offsets of a convolution."""
        filters = self._constants[conv.input[1]]
        if len(conv.input) < 3:
            return filters, np.zeros(len(filters), np.float32)
        return filters, self._constants[conv.input[2]]

    def _weigh(self, conv: NodeProto, filters: F32, offsets: F32) -> None:
        name = conv.output[0]
        new = self._constant(f"{name}_filters", filters), self._constant(f"{name}_offsets", offsets)
        conv.input[:] = [conv.input[0], *new]

    def _constant(self, name: str, value: F32 | float) -> str:
        self._constants[name] = np.asarray(value, np.float32)
        return name

    def _leave_out(self, gone: NodeProto, name: str) -> None:
        """Remove a node; those that read its output read another value instead."""
        self.nodes.remove(gone)
        for node in self.nodes:
            node.input[:] = [name if x == gone.output[0] else x for x in node.input]


def _each(factor: F32) -> F32:
    """One factor for each filter, in the shape of filters."""
    return np.asarray(factor[:, None, None, None], np.float32)


def _attribute(node: NodeProto, name: str, otherwise: object) -> object:
    found = [a for a in node.attribute if a.name == name]
    return get_attribute_value(found[0]) if found else otherwise


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.fold", description=__doc__)
    ap.add_argument("whole", type=Path)
    ap.add_argument("out", type=Path)
    a = ap.parse_args()
    network = onnx.load(str(a.whole))
    made = folded(network)
    a.out.write_bytes(made.SerializeToString(deterministic=True))
    steps = [sum(n.op_type != "Constant" for n in x.graph.node) for x in (network, made)]
    print(f"{steps[0]} steps became {steps[1]}")


if __name__ == "__main__":
    main()
