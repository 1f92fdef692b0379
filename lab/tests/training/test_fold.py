"""A folded network answers as the one that it was made from, in fewer steps."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper
from onnx.helper import make_graph, make_model, make_node, make_opsetid, make_tensor_value_info

from lab.training.fold import folded


def network() -> onnx.ModelProto:
    """Two convolutions as PP-OCRv4 writes them, the second with a border around its picture."""
    random = np.random.default_rng(1)
    values = {
        "w1": random.normal(size=(16, 3, 1, 1)),
        "b1": random.normal(size=16),
        "w2": random.normal(size=(16, 16, 3, 3)),
        "w3": random.normal(size=(2, 16, 1, 1)),
        **{"two": [1.7], "half": [0.4], "three": 3.0, "low": 0.0, "six": 6.0},
    }
    nodes = [
        make_node("Constant", [], [k], value=numpy_helper.from_array(np.asarray(v, np.float32)))
        for k, v in values.items()
    ]

    def scaled(takes: str, gives: str) -> list[onnx.NodeProto]:
        """Scale and offset, as after each convolution and before the next."""
        return [
            make_node("Mul", ["two", takes], [f"{gives}_times"]),
            make_node("Add", [f"{gives}_times", "half"], [gives]),
        ]

    def swish(takes: str, gives: str) -> list[onnx.NodeProto]:
        return [
            make_node("Add", [takes, "three"], [f"{gives}_plus"]),
            make_node("Clip", [f"{gives}_plus", "low", "six"], [f"{gives}_clip"]),
            make_node("Mul", [takes, f"{gives}_clip"], [f"{gives}_much"]),
            make_node("Div", [f"{gives}_much", "six"], [gives]),
        ]

    nodes += [
        make_node("Conv", ["x", "w1", "b1"], ["c1"]),
        *scaled("c1", "s1"),
        *swish("s1", "h1"),
        *scaled("h1", "t1"),
        make_node("Conv", ["t1", "w2"], ["c2"], pads=[1, 1, 1, 1]),
        *scaled("c2", "s2"),
        *swish("s2", "h2"),
        *scaled("h2", "t2"),
        make_node("Conv", ["t2", "w3"], ["y"]),
    ]
    graph = make_graph(
        nodes,
        "network",
        [make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [make_tensor_value_info("y", TensorProto.FLOAT, [1, 2, "h", "w"])],
    )
    return make_model(graph, opset_imports=[make_opsetid("", 12)], ir_version=8)


def answer(model: onnx.ModelProto, picture: NDArray[np.float32]) -> NDArray[np.float32]:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (given,) = session.run(None, {"x": picture})
    return np.asarray(given, np.float32)


def test_answers_the_same_in_fewer_steps() -> None:
    whole = network()
    made = folded(whole)
    picture = np.random.default_rng(2).normal(size=(1, 3, 9, 7)).astype(np.float32)
    np.testing.assert_allclose(answer(made, picture), answer(whole, picture), rtol=1e-4, atol=1e-2)
    steps = [n.op_type for n in made.graph.node if n.op_type != "Constant"]
    # What is around the second's picture is 0, so that its offset stays a step of its own.
    assert steps == [
        *("Conv", "HardSigmoid", "Mul"),
        *("Add", "Conv", "HardSigmoid", "Mul"),
        "Conv",
    ]
