"""Rearranges the text detector: the same answers up to rounding in half the time and memory.

    python -m lab.training.rearrange SMALL.onnx redact/models/ppocr/text-detection.onnx

`SMALL.onnx` comes from `lab.training.fold` and `lab.training.sixteen_bit`. PP-OCRv4's network
spends most of its time at its end, where coarse maps with many channels are enlarged, added, and
only then reduced to few channels. These operations are linear, so their order can be changed.
Filters that are computed from others are nodes of the network, evaluated once when it is loaded.
"""

from __future__ import annotations

import argparse
from itertools import count
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, numpy_helper
from onnx.helper import get_attribute_value, make_node

from lab.training.sixteen_bit import write

BLOCK = 16
"""Channels that onnxruntime stores side by side: maps with fewer take as much memory."""

GIVEN = ("Constant", "Cast")
"""Nodes that give a constant, of 32 bits or of 16 (`lab.training.sixteen_bit`)."""

EACH_SIDE = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}


def rearranged(model: ModelProto) -> ModelProto:
    """The same network. Raises ValueError if its structure is not that of PP-OCRv4's."""
    made = ModelProto()
    made.CopyFrom(model)
    steps = _Steps(made)
    done = [
        sum(change(node) for node in steps.of_type(kind))
        for kind, change in (
            ("Add", steps.add_one_to_gate),
            ("Conv", steps.filter_before_enlarging),
            ("Conv", steps.join_filters),
            ("ConvTranspose", steps.enlarge_last),
            ("Add", steps.keep_blocks),
            ("Conv", steps.halve),
        )
    ]
    if not all(done):
        raise ValueError(f"not built as expected: {done}")
    nodes = [NodeProto.FromString(n.SerializeToString()) for n in steps.in_order()]
    del made.graph.node[:]
    made.graph.node.extend(nodes)
    onnx.checker.check_model(made)
    return made


class _Steps:
    """The nodes of a network that is being changed. A changed value keeps its name."""

    def __init__(self, model: ModelProto) -> None:
        self.nodes, self._numbers = list(model.graph.node), count()
        self._gates = set[str]()
        self._outputs = {value.name for value in model.graph.output}
        self._given = {value.name for value in (*model.graph.input, *model.graph.initializer)}
        self._shapes = {w.name: tuple(w.dims) for w in model.graph.initializer}
        self._constants = {
            n.output[0]: numpy_helper.to_array(n.attribute[0].t) for n in self.of_type("Constant")
        }
        for node in self.of_type("Cast"):
            self._shapes[node.output[0]] = self._shapes[node.input[0]]
        self._shapes |= {name: value.shape for name, value in self._constants.items()}

    def of_type(self, name: str) -> list[NodeProto]:
        return [node for node in self.nodes if node.op_type == name]

    def in_order(self) -> list[NodeProto]:
        """All nodes that the output depends on, in an order in which they can be computed."""
        wanted = set(self._outputs)
        while more := {x for n in self.nodes for x in n.input if wanted & {*n.output}} - wanted:
            wanted |= more
        left = [node for node in self.nodes if wanted & {*node.output}]
        known, order = {"", *self._given}, list[NodeProto]()
        while left:
            ready = [node for node in left if known.issuperset(node.input)]
            if not ready:
                raise ValueError(f"nothing gives what {left[0].output[0]} takes")
            order += ready
            known.update(node.output[0] for node in ready)
            left = [node for node in left if node.output[0] not in known]
        return order

    def add_one_to_gate(self, plus: NodeProto) -> bool:
        """Write x + x · gate as x · (1 + gate), for a gate with one number per channel."""
        x, product = plus.input[0], self._maker(plus.input[1])
        if product is None or product.op_type != "Mul" or x not in product.input:
            return False
        (gate,) = [name for name in product.input if name != x]
        more = self._add("Add", gate, self._constant(np.float32(1)))
        self._gates.add(more)
        self._replace([product, plus], self._node("Mul", [x, more], plus.output[0]))
        return True

    def filter_before_enlarging(self, conv: NodeProto) -> bool:
        """Filter the terms of a sum, or maps that are concatenated, one by one, and those that were
        enlarged (twofold or more) before they are enlarged."""
        joint = self._maker(conv.input[0])
        if (
            joint is None
            or joint.op_type not in ("Add", "Concat")
            or not self._alone(conv.input[0])
        ):
            return False
        enlarged = [x for x in joint.input if self._factor(x) > 1]
        if not enlarged:
            return False
        (other,) = [x for x in joint.input if x not in enlarged]
        filters = filters_small = conv.input[1]
        if joint.op_type == "Concat":
            sides = self._shapes[filters][1] // len(joint.input)
            last = sides * len(enlarged)
            filters_small = self._rows(filters, 0, last, axis=1)
            filters = self._rows(filters, last, last + sides, axis=1)
        small = [self._less_enlarged(x) for x in enlarged]
        below = small[0] if len(small) == 1 else self._add("Concat", *small, axis=1)
        own = self._add("Conv", other, filters, *conv.input[2:], **EACH_SIDE)
        twice = self._filtered_and_doubled(below, filters_small)
        self._replace([joint, conv], self._node("Add", [own, twice], conv.output[0]))
        return True

    def join_filters(self, conv: NodeProto) -> bool:
        """Join a 1 x 1 filter, gates and a 3 x 3 filter into one 3 x 3 filter that depends on the
        gates; the mean of the first filter's output is computed from the mean of its input."""
        product = self._maker(conv.input[0])
        if product is None or product.input[-1] not in self._gates:
            return False
        if self._alone(product.output[0]) is None:
            return False
        first, gate = self._maker(product.input[0]), product.input[1]
        if first is None or first.op_type != "Conv" or len(first.input) > 2:
            return False
        taken, (many, few) = first.input[0], self._shapes[first.input[1]][:2]
        for mean in self.of_type("GlobalAveragePool"):
            if mean.input[0] == first.output[0]:
                of_less = self._add("GlobalAveragePool", taken)
                means = self._node("Conv", [of_less, first.input[1]], mean.output[0])
                self._replace([mean], means)
        gates = self._add("Reshape", gate, self._constant([many, 1]))
        inner = self._add("Reshape", first.input[1], self._constant([many, few]))
        inner = self._add("Mul", inner, gates)
        out = self._shapes[conv.input[1]][0]
        outer = self._add("Transpose", conv.input[1], perm=[0, 2, 3, 1])
        outer = self._add("Reshape", outer, self._constant([9 * out, many]))
        both = self._add(
            "Reshape", self._add("MatMul", outer, inner), self._constant([out, 3, 3, few])
        )
        both = self._add("Transpose", both, perm=[0, 3, 1, 2])
        joined = self._node("Conv", [taken, both, *conv.input[2:]], conv.output[0], **EACH_SIDE)
        self._replace([first, product, conv], joined)
        return True

    def enlarge_last(self, first: NodeProto) -> bool:
        """Two nodes at the end double the sides of the map, with a 1 x 1 filter for each quarter of
        a point. Compute all quarters at the size of the map, and only then interleave them."""
        chain = [first]
        while (node := self._alone(chain[-1].output[0])) is not None:
            chain.append(node)
        kinds = ["ConvTranspose", "Add", "BatchNormalization", "Relu", "ConvTranspose", "Add"]
        if [node.op_type for node in chain[:6]] != kinds:
            return False
        plus, normal, second, last = chain[1], chain[2], chain[4], chain[5]
        channels = self._shapes[first.input[1]][0]
        scale, offset, mean, variance = (self._constants[x] for x in normal.input[1:])
        factor = scale / np.sqrt(variance + _attribute(normal, "epsilon"))
        bias = self._constant((self._number(plus).ravel() - mean) * factor + offset)
        quarters = self._add("Transpose", first.input[1], perm=[2, 3, 1, 0])
        quarters = self._add("Mul", quarters, self._constant(factor[:, None]))
        quarters = self._add("Reshape", quarters, self._constant([4, channels, channels, 1, 1]))
        ends = self._add("Transpose", second.input[1], perm=[2, 3, 1, 0])
        ends = self._add("Reshape", ends, self._constant([4, channels, 1, 1]))
        end_bias = self._constant(np.repeat(self._number(last).ravel(), 4))
        made = []
        for quarter in range(4):
            filters = self._add("Gather", quarters, self._constant(quarter), axis=0)
            middle = self._add("Relu", self._add("Conv", first.input[0], filters, bias))
            made.append(self._add("Conv", middle, ends, end_bias))
        twice = self._add("DepthToSpace", self._add("Concat", *made, axis=1), blocksize=2)
        end = self._node("DepthToSpace", [twice], last.output[0], blocksize=2)
        self._replace(chain[:6], end)
        return True

    def keep_blocks(self, plus: NodeProto) -> bool:
        """Write an addition after a multiplication (which may have a factor of its own) as a
        normalisation, which onnxruntime computes in the layout of its convolutions."""
        (x, *_) = [name for name in plus.input if name not in self._constants]
        gone, maker, number = [plus], self._maker(x), self._number(plus)
        if maker is None or maker.op_type != "Mul" or number.size != 1:
            return False
        scale = self._number(maker)
        if scale.size == 1:
            gone.append(maker)
            (x,) = [name for name in maker.input if name not in self._constants]
        else:
            scale = np.ones(1)
        channels = self._channels(x)
        each = [np.full(channels, v) for v in (scale.item(), number.item(), 0.0, 1.0)]
        values = [self._constant(v) for v in each]
        normal = self._node("BatchNormalization", [x, *values], plus.output[0], epsilon=0.0)
        self._replace(gone, normal)
        return True

    def halve(self, conv: NodeProto) -> bool:
        """Compute the largest maps, after the first 1 x 1 filter, in two halves of their channels,
        one after the other, up to the node that reduces them."""
        if self._shapes.get(conv.input[1]) != (2 * BLOCK, BLOCK, 1, 1):
            return False
        chain, last = [conv], conv
        while last is conv or last.op_type != "Conv":
            users = [node for node in self.nodes if last.output[0] in node.input]
            chain += [node for node in users if node not in chain]
            last = chain[-1]
        names = {node.output[0] for node in chain}
        for half in range(2):
            for node in chain:
                part = NodeProto.FromString(node.SerializeToString())
                part.name, part.output[0] = "", f"{node.output[0]} {half}"
                part.input[:] = [
                    f"{x} {half}" if x in names else self._half_of(x, half) for x in node.input
                ]
                for attribute in part.attribute:
                    if attribute.name == "group" and attribute.i > 1:
                        attribute.i = BLOCK
                self.nodes.append(part)
        halves = [f"{last.output[0]} {half}" for half in range(2)]
        self._replace(chain, self._node("Concat", halves, last.output[0], axis=1))
        return True

    def _half_of(self, name: str, half: int) -> str:
        """Half of the rows of a constant; other values unchanged."""
        if self._shapes.get(name, (0,))[0] != 2 * BLOCK:
            return name
        return self._rows(name, half * BLOCK, (half + 1) * BLOCK, axis=0)

    def _filtered_and_doubled(self, x: str, filters: str) -> str:
        """The output of a 3 x 3 filter for a map whose sides were doubled by repeating each point,
        computed on the small map: each of the four points that came from one depends on two rows
        and columns of it."""
        inside = self._add("Reshape", filters, self._constant([0, 0, 9]))
        all_four = self._add("MatMul", inside, self._constant(_SEEN_BY_QUARTER))
        made = []
        for quarter in range(4):
            row, column = divmod(quarter, 2)
            columns = self._constant(np.arange(4 * quarter, 4 * quarter + 4))
            taps = self._add("Gather", all_four, columns, axis=2)
            taps = self._add("Reshape", taps, self._constant([0, 0, 2, 2]))
            pads = [1 - row, 1 - column, row, column]
            made.append(self._add("Conv", x, taps, kernel_shape=[2, 2], pads=pads))
        return self._add("DepthToSpace", self._add("Concat", *made, axis=1), blocksize=2)

    def _less_enlarged(self, name: str) -> str:
        """An enlarged map before the last doubling of its sides."""
        node, factor = self._maker(name), self._factor(name)
        assert node is not None
        if factor == 2:
            return node.input[0]
        scales = self._constant(np.array([1, 1, factor / 2, factor / 2]))
        how = {a.name: get_attribute_value(a) for a in node.attribute}
        return self._add("Resize", node.input[0], node.input[1], scales, **how)

    def _factor(self, name: str) -> float:
        """How many times the size of its source an enlarged map has; 1 if it was not enlarged."""
        node = self._maker(name)
        if node is None or node.op_type != "Resize":
            return 1.0
        return float(self._constants[node.input[2]][2])

    def _channels(self, name: str) -> int:
        """Number of channels of a value that comes from a convolution, through further nodes."""
        node = self._maker(name)
        while node is not None and node.op_type != "Conv":
            node = self._maker(node.input[0])
        assert node is not None
        return int(self._shapes[node.input[1]][0])

    def _rows(self, name: str, first: int, end: int, axis: int) -> str:
        return self._add("Gather", name, self._constant(np.arange(first, end)), axis=axis)

    def _number(self, node: NodeProto) -> NDArray[np.float32]:
        """The constant that a node adds or multiplies by; empty if there is none."""
        known = [self._constants[x] for x in node.input if x in self._constants]
        return known[0] if known else np.zeros(0, np.float32)

    def _maker(self, name: str) -> NodeProto | None:
        found = [
            n for n in self.nodes if name in n.output and n.op_type not in ("Constant", "Cast")
        ]
        return found[0] if found else None

    def _alone(self, name: str) -> NodeProto | None:
        """The only node that reads a value; None if there are several."""
        users = [node for node in self.nodes if name in node.input]
        return users[0] if len(users) == 1 else None

    def _node(self, kind: str, takes: list[str], gives: str, **how: object) -> NodeProto:
        return make_node(kind, takes, [gives], **how)

    def _add(self, kind: str, *takes: str, **how: object) -> str:
        """Add a node; returns the name of its output."""
        name = f"{kind} {next(self._numbers)}"
        self.nodes.append(self._node(kind, list(takes), name, **how))
        return name

    def _constant(self, value: object) -> str:
        array = np.asarray(value)
        array = array.astype(np.float32 if array.dtype.kind == "f" else np.int64)
        name = f"constant {next(self._numbers)}"
        self.nodes.append(make_node("Constant", [], [name], value=numpy_helper.from_array(array)))
        self._constants[name], self._shapes[name] = array, array.shape
        return name

    def _replace(self, gone: list[NodeProto], by: NodeProto) -> None:
        self.nodes = [node for node in self.nodes if not any(node is one for one in gone)]
        self.nodes.append(by)


def _seen_by_quarter() -> NDArray[np.float32]:
    """[9, 16]: which taps of 3 x 3 on the doubled map fall on each of the 2 x 2 points of the small
    map, for each of the four points that came from one."""
    side = np.array([[[1, 0], [0, 1], [0, 1]], [[1, 0], [1, 0], [0, 1]]], np.float32)
    both = np.einsum("ait,bju->ijabtu", side, side)
    return np.asarray(both.reshape(9, 16), np.float32)


_SEEN_BY_QUARTER = _seen_by_quarter()


def _attribute(node: NodeProto, name: str) -> object:
    (found,) = [a for a in node.attribute if a.name == name]
    return get_attribute_value(found)


def main() -> None:
    ap = argparse.ArgumentParser(prog="python -m lab.training.rearrange", description=__doc__)
    ap.add_argument("network", type=Path)
    ap.add_argument("out", type=Path)
    a = ap.parse_args()
    write(rearranged(onnx.load(str(a.network))), a.out)


if __name__ == "__main__":
    main()
