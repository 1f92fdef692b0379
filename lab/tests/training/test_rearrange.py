"""A rearranged network answers as the one that it was made from, and computes no large maps at its
end."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info

from lab.training.rearrange import rearranged
from lab.training.sixteen_bit import with_small_weights


class Network:
    """A network as PP-OCRv4's that finds text is built, with fewer channels and levels."""

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)
        self._nodes: list[onnx.NodeProto] = []

    def add(self, kind: str, *takes: str, **how: object) -> str:
        name = f"v{len(self._nodes)}"
        self._nodes.append(make_node(kind, list(takes), [name], **how))
        return name

    def number(self, value: object) -> str:
        tensor = numpy_helper.from_array(np.asarray(value, np.float32))
        return self.add("Constant", value=tensor)

    def weights(self, *shape: int) -> str:
        return self.number(self._random.normal(size=shape) / np.sqrt(np.prod(shape[1:])))

    def conv(self, x: str, out: int, into: int, side: int = 3, **how: object) -> str:
        how = {"kernel_shape": [side] * 2, "pads": [side // 2] * 4, **how}
        return self.add("Conv", x, self.weights(out, into, side, side), **how)

    def swish(self, x: str) -> str:
        return self.add("Mul", x, self.add("HardSigmoid", x))

    def gated(self, x: str, channels: int) -> str:
        gate = self.conv(self.add("GlobalAveragePool", x), channels, channels, 1)
        return self.add("Add", x, self.add("Mul", x, self.add("HardSigmoid", gate)))

    def larger(self, x: str, factor: float) -> str:
        how = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        scales = self.number([]), self.number([1, 1, factor, factor])
        return self.add("Resize", x, *scales, mode="nearest", **how)

    def made(self) -> onnx.ModelProto:
        half = self.conv("x", 16, 3, strides=[2, 2])
        wide = self.add("Add", self.swish(self.conv(half, 32, 16, 1)), self.number(0.4))
        two = self.conv(wide, 32, 1, strides=[2, 2], group=32)
        three = self.conv(self.swish(two), 16, 32, strides=[2, 2])
        scaled = self.add("Mul", self.number([1.7]), self.swish(three))
        four = self.conv(self.add("Add", scaled, self.number([0.3])), 8, 16, strides=[2, 2])
        own = self.gated(self.conv(self.conv(two, 12, 32, 1), 24, 12, 1), 24)
        below = self.conv(three, 24, 16, 1)
        joint = self.add("Add", own, self.larger(below, 2))
        levels = [
            self.larger(four, 4),
            self.larger(self.conv(below, 8, 24), 2),
            self.gated(self.conv(joint, 8, 24), 8),
        ]
        x = self.add("Relu", self.conv(self.add("Concat", *levels, axis=1), 8, 24))
        for out in (8, 1):
            x = self.add("ConvTranspose", x, self.weights(8, out, 2, 2), strides=[2, 2])
            x = self.add("Add", x, self.number(self._random.normal(size=(1, out, 1, 1))))
            if out == 8:
                each = [self.number(1 + self._random.random(8)) for _ in range(4)]
                x = self.add("Relu", self.add("BatchNormalization", x, *each, epsilon=1e-5))
        self._nodes.append(make_node("Sigmoid", [x], ["y"]))
        sides = [1, 3, "h", "w"], [1, 1, "h", "w"]
        x_, y_ = (
            make_tensor_value_info(n, TensorProto.FLOAT, s)
            for n, s in zip("xy", sides, strict=True)
        )
        graph = make_graph(self._nodes, "network", [x_], [y_])
        made = make_model(graph, opset_imports=[make_opsetid("", 12)], ir_version=8)
        return with_small_weights(made)


def answer(model: onnx.ModelProto, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (given,) = session.run(None, {"x": picture})
    return np.asarray(given, np.float32)


def test_answers_the_same_in_other_steps() -> None:
    whole = Network().made()
    made = rearranged(whole)
    picture = np.random.default_rng(2).normal(size=(1, 3, 64, 96)).astype(np.float32)
    assert answer(whole, picture).std() > 0.05
    np.testing.assert_allclose(answer(made, picture), answer(whole, picture), atol=1e-5)
    steps = Counter(node.op_type for node in made.graph.node)
    # One map is enlarged before it joins the others, to half of what it was.
    assert steps["ConvTranspose"] == 0
    assert steps["Resize"] == 1


def test_another_network_is_refused() -> None:
    x, y = (make_tensor_value_info(n, TensorProto.FLOAT, [1, 3, 8, 8]) for n in "xy")
    graph = make_graph([make_node("Relu", ["x"], ["y"])], "network", [x], [y])
    with pytest.raises(ValueError, match="not built"):
        rearranged(make_model(graph, opset_imports=[make_opsetid("", 12)], ir_version=8))
