"""CenterFace as a torch module, and the eye: CenterFace with two more targets on the same map.

CenterFace (Xu et al., arXiv:1911.03599; weights MIT, Star-Clouds/CenterFace): MobileNetV2 with a
neck to stride 4; a heat map of centres, log sizes, offsets, landmarks. Backbone norms are folded
into the convolutions of its file; three norms of the neck keep their statistics.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional as fn

from lab.training.eye.targets import STRIDE, TARGETS

#: Names in CenterFace's graph: last feature map of the neck, and the maps of faces.
NECK, FACE_HEAT, FACE_SIZE, FACE_OFFSET = "532", "536", "538", "539"
#: Nodes that are not computed, because only landmarks and the sigmoid need them.
UNUSED = ("537", "540")
NECK_WIDTH = 24
#: Backbone's feature map at stride 4; half of the work of a backward pass lies before it.
EARLY = "387"


class CenterFace(nn.Module):
    """A CenterFace file as a network; every filter is a parameter.

    Args:
        file: `centerface.onnx`.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        graph = onnx.load(str(file)).graph
        values = {t.name: numpy_helper.to_array(t).copy() for t in graph.initializer}
        self.nodes: list[tuple[str, list[str], list[str], dict[str, Any]]] = [
            (
                n.op_type,
                list(n.input),
                list(n.output),
                {a.name: onnx.helper.get_attribute_value(a) for a in n.attribute},
            )
            for n in graph.node
            if n.output[0] not in UNUSED
        ]
        used = {i for _, ins, _, _ in self.nodes for i in ins}
        still = {i for op, ins, _, _ in self.nodes if op == "BatchNormalization" for i in ins[3:]}
        for name, array in values.items():
            tensor = torch.from_numpy(array)
            if name not in used or not tensor.is_floating_point():
                continue
            if name in still:
                self.register_buffer(_key(name), tensor)
            else:
                self.register_parameter(_key(name), nn.Parameter(tensor))
        self.known = set(values)
        self.entry = next(i.name for i in graph.input if i.name not in values)

    def _w(self, name: str) -> Tensor:
        found: Tensor = getattr(self, _key(name))
        return found

    def maps(self, x: Tensor) -> dict[str, Tensor]:
        """All values by name.

        Args:
            x: f32 [N, 3, H, W], RGB 0 to 255, H and W multiples of 32.
        """
        v = {self.entry: x}
        self._run(v, None)
        return v

    def early(self, x: Tensor) -> Tensor:
        """Output of the first layers, up to stride 4, without a gradient."""
        v = {self.entry: x}
        with torch.no_grad():
            self._run(v, EARLY)
        return v[EARLY]

    def late(self, early: Tensor) -> dict[str, Tensor]:
        """All values after the first layers by name."""
        v = {EARLY: early}
        self._run(v, None)
        return v

    def _run(self, v: dict[str, Tensor], until: str | None) -> None:
        for op, i, o, a in self.nodes:
            if until in v:
                return
            if o[0] in v or not all(k in v or k in self.known for k in i):
                continue
            if op == "Conv":
                bias = self._w(i[2]) if len(i) > 2 else None
                where = (a["strides"], a["pads"][:2], a["dilations"], a["group"])
                y = fn.conv2d(v[i[0]], self._w(i[1]), bias, *where)
            elif op == "ConvTranspose":
                bias = self._w(i[2]) if len(i) > 2 else None
                y = fn.conv_transpose2d(
                    v[i[0]],
                    self._w(i[1]),
                    bias,
                    a["strides"],
                    a.get("pads", [0, 0])[:2],
                    a.get("output_padding", [0, 0]),
                    a.get("group", 1),
                )
            elif op == "BatchNormalization":
                gain, shift, mean, spread = (self._w(k) for k in i[1:5])
                y = fn.batch_norm(v[i[0]], mean, spread, gain, shift, False, 0.0, a["epsilon"])
            elif op == "Relu":
                y = fn.relu(v[i[0]])
            elif op == "Add":
                y = v[i[0]] + v[i[1]]
            else:
                raise ValueError(f"CenterFace's file holds an operation that is not known: {op}")
            v[o[0]] = y


def _key(name: str) -> str:
    return "p_" + name.replace(".", "_")


class Eye(nn.Module):
    """CenterFace, and a branch beside its last convolution for plates and heads.

    Args:
        file: `centerface.onnx`, the weights to start from.
        width: channels of the branch.
    """

    def __init__(self, file: Path, width: int = 48) -> None:
        super().__init__()
        self.body = CenterFace(file)
        more = len(TARGETS) - 1
        self.branch = nn.Conv2d(NECK_WIDTH, width, 3, padding=1)
        self.heat = nn.Conv2d(width, more, 1)
        self.size = nn.Conv2d(width, 2 * more, 1)
        self.offset = nn.Conv2d(width, 2 * more, 1)
        nn.init.constant_(self.heat.bias, -4.6)  # type: ignore[arg-type]
        nn.init.normal_(self.size.weight, std=0.01)
        nn.init.constant_(self.size.bias, float(np.log(7.0)))  # type: ignore[arg-type]
        nn.init.normal_(self.offset.weight, std=0.01)
        nn.init.zeros_(self.offset.bias)  # type: ignore[arg-type]

    def new_parts(self) -> list[nn.Parameter]:
        """The parameters that CenterFace does not have."""
        parts = (self.branch, self.heat, self.size, self.offset)
        return [p for part in parts for p in part.parameters()]

    def forward(
        self, x: Tensor, frozen: bool = False, early: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Logits of heat [N, 3, H/4, W/4] and geometry [N, 3, 4, H/4, W/4].

        Geometry, as in CenterFace: log of height and width in strides, and offset of the centre
        down and to the right of the cell's own, in strides.

        Args:
            x: f32 [N, 3, H, W], RGB 0 to 255, H and W multiples of 32.
            frozen: no gradient reaches CenterFace.
            early: output of its first layers for `x`, if already computed; they do not learn then.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
            v = self.body.maps(x) if early is None else self.body.late(early)
        seen = fn.relu(self.branch(v[NECK]))
        heat = torch.cat([v[FACE_HEAT], self.heat(seen)], 1)
        size, offset = self.size(seen), self.offset(seen)
        face = torch.cat([v[FACE_SIZE], v[FACE_OFFSET]], 1)
        more = [
            torch.cat([size[:, 2 * k : 2 * k + 2], offset[:, 2 * k : 2 * k + 2]], 1)
            for k in range(len(TARGETS) - 1)
        ]
        return heat, torch.stack([face, *more], 1)


def boxes(geometry: Tensor) -> Tensor:
    """Geometry [N, K, 4, H, W] to boxes x1, y1, x2, y2 in pixels, [N, K, H, W, 4]."""
    log_h, log_w, down, right = geometry.float().unbind(2)
    rows = torch.arange(log_h.shape[2], device=log_h.device, dtype=torch.float32)
    cols = torch.arange(log_h.shape[3], device=log_h.device, dtype=torch.float32)
    y = (rows[:, None] + 0.5 + down) * STRIDE
    x = (cols[None, :] + 0.5 + right) * STRIDE
    half_h = log_h.clamp(-3, 7).exp() * STRIDE / 2
    half_w = log_w.clamp(-3, 7).exp() * STRIDE / 2
    return torch.stack([x - half_w, y - half_h, x + half_w, y + half_h], -1)
