"""The face and plate network: plain 3x3 convolutions, three strides, one pass for both targets.

Plain convolutions are used throughout: at these widths they are faster than depth-wise ones in
8-bit inference on a processor, and they train in a fraction of the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

STRIDES = (8, 16, 32)
TARGETS = ("face", "plate")
MEAN, SCALE = 127.5, 64.0
#: Initial foreground probability of every location (RetinaNet, arXiv:1708.02002, section 4.1).
PRIOR_LOGIT = -4.6


class ConvBlock(nn.Module):
    """Convolution, optional batch normalisation, optional ReLU."""

    def __init__(
        self, cin: int, cout: int, k: int = 3, stride: int = 1, norm: bool = True, act: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, k, stride, k // 2, bias=not norm)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")
        if self.conv.bias is not None:
            nn.init.zeros_(self.conv.bias)
        self.norm: nn.Module = nn.BatchNorm2d(cout, momentum=0.03) if norm else nn.Identity()
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm(self.conv(x))
        return fn.relu(y) if self.act else y

    def folded(self) -> tuple[Tensor, Tensor]:
        """Weight and bias of the one convolution which does the same at inference."""
        w, n = self.conv.weight.detach(), self.norm
        if not isinstance(n, nn.BatchNorm2d):
            assert self.conv.bias is not None
            return w, self.conv.bias.detach()
        assert n.running_mean is not None and n.running_var is not None
        g = n.weight.detach() / torch.sqrt(n.running_var + n.eps)
        return w * g[:, None, None, None], n.bias.detach() - n.running_mean * g

    def load_folded(self, w: Tensor, b: Tensor) -> None:
        """Take a folded convolution; a norm starts as the identity, see `recalibrate`."""
        self.conv.weight.data.copy_(w)
        if isinstance(self.norm, nn.BatchNorm2d):
            assert self.norm.running_mean is not None and self.norm.running_var is not None
            self.norm.running_mean.zero_()
            self.norm.running_var.fill_(1.0 - self.norm.eps)
            self.norm.weight.data.fill_(1.0)
            self.norm.bias.data.copy_(b)
        else:
            assert self.conv.bias is not None
            self.conv.bias.data.copy_(b)


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity (He et al., arXiv:1512.03385)."""

    def __init__(self, c: int, inner: int) -> None:
        super().__init__()
        self.a = ConvBlock(c, inner)
        self.b = ConvBlock(inner, c, act=False)

    def forward(self, x: Tensor) -> Tensor:
        return fn.relu(x + self.b(self.a(x)))


@dataclass(frozen=True)
class Shape:
    """How many channels: at strides 2, 4, 8, 16, 32, inside the residual pairs of the last three,
    and in the neck and the heads.

    The integer kernels of onnxruntime take output channels in blocks of 48 (AVX-512): 48 channels
    take little more than half of the time of 64.
    """

    widths: tuple[int, int, int, int, int] = (16, 32, 64, 96, 128)
    inner: tuple[int, int, int] = (64, 96, 128)
    neck: int = 56


class FacePlateNet(nn.Module):
    """Backbone at strides 4 to 32, top-down sum to the neck, heads shared by the strides.

    The shared heads have no batch normalisation: each stride would be normalised by statistics
    of its own in training but by their mixture at inference.
    """

    def __init__(self, shape: Shape = Shape()) -> None:
        super().__init__()
        self.shape = shape
        (w0, w1, w2, w3, w4), (i2, i3, i4), neck = shape.widths, shape.inner, shape.neck
        self.stem = nn.Sequential(ConvBlock(3, w0, stride=2), ConvBlock(w0, w1, stride=2))
        self.s8 = nn.Sequential(ConvBlock(w1, w2, stride=2), Residual(w2, i2), Residual(w2, i2))
        self.s16 = nn.Sequential(ConvBlock(w2, w3, stride=2), Residual(w3, i3), Residual(w3, i3))
        self.s32 = nn.Sequential(ConvBlock(w3, w4, stride=2), Residual(w4, i4))
        self.lateral = nn.ModuleList(ConvBlock(c, neck, k=1) for c in (w2, w3, w4))
        self.fuse = nn.ModuleList(ConvBlock(neck, neck) for _ in STRIDES)
        self.cls = nn.Sequential(*(ConvBlock(neck, neck, norm=False) for _ in range(2)))
        self.reg = nn.Sequential(ConvBlock(neck, neck, norm=False))
        self.cls_out = nn.Conv2d(neck, len(TARGETS), 1)
        self.reg_out = nn.Conv2d(neck, 4, 1)
        self.gain = nn.ParameterList(nn.Parameter(torch.tensor(1.0)) for _ in STRIDES)
        nn.init.normal_(self.cls_out.weight, std=0.01)
        assert self.cls_out.bias is not None and self.reg_out.bias is not None
        nn.init.constant_(self.cls_out.bias, PRIOR_LOGIT)
        nn.init.normal_(self.reg_out.weight, std=0.01)
        nn.init.constant_(self.reg_out.bias, 1.0)

    def levels(self, image: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """image f32 [B, 3, H, W] RGB 0-255 -> per stride: logits [B, 2, h, w] and distances
        [B, 4, h, w] (left, top, right, bottom, in strides)."""
        c8 = self.s8(self.stem((image - MEAN) / SCALE))
        c16 = self.s16(c8)
        c32 = self.s32(c16)
        p32 = self.lateral[2](c32)
        p16 = self.lateral[1](c16) + fn.interpolate(p32, scale_factor=2.0, mode="nearest")
        p8 = self.lateral[0](c8) + fn.interpolate(p16, scale_factor=2.0, mode="nearest")
        logits, dists = [], []
        for fuse, gain, p in zip(self.fuse, self.gain, (p8, p16, p32), strict=True):
            f = fuse(p)
            logits.append(self.cls_out(self.cls(f)))
            dists.append(fn.softplus(self.reg_out(self.reg(f)) * gain))
        return logits, dists

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """image f32 [B, 3, H, W] -> logits f32 [B, 2, N], distances f32 [B, 4, N] in pixels."""
        logits, dists = self.levels(image)
        flat = torch.cat([x.flatten(2).float() for x in logits], 2)
        px = [d.flatten(2).float() * s for d, s in zip(dists, STRIDES, strict=True)]
        return flat, torch.cat(px, 2)

    def conv_blocks(self) -> list[ConvBlock]:
        """Every ConvBlock in the order in which the exported graph names them."""
        order: list[nn.Module] = [
            self.stem,
            self.s8,
            self.s16,
            self.s32,
            self.lateral[2],
            self.lateral[1],
            self.lateral[0],
            self.fuse[0],
            self.cls,
            self.reg,
            self.fuse[1],
            self.fuse[2],
        ]
        return [m for part in order for m in part.modules() if isinstance(m, ConvBlock)]


def centres(height: int, width: int, device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """Centres f32 [N, 2] (x, y pixels) and strides f32 [N] of the outputs for an input size."""
    points, strides = [], []
    for s in STRIDES:
        y, x = torch.meshgrid(torch.arange(height // s), torch.arange(width // s), indexing="ij")
        points.append(torch.stack([x.flatten(), y.flatten()], 1).float().add(0.5).mul(s))
        strides.append(torch.full((points[-1].shape[0],), float(s)))
    return torch.cat(points).to(device), torch.cat(strides).to(device)


def load_onnx(path: Path) -> FacePlateNet:
    """The network of a float32 file of `lab.training.export`, to go on from what is shipped.

    Older files divide by SCALE in the graph and multiply the box outputs by a gain per stride;
    newer ones have both in the weights of a convolution.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    values = {i.name: torch.from_numpy(numpy_helper.to_array(i).copy()) for i in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].HasField("t"):
            array = numpy_helper.to_array(node.attribute[0].t)
            values[node.output[0]] = torch.from_numpy(array.copy())
    alias = {n.output[0]: n.input[0] for n in graph.node if n.op_type == "Identity"}
    convs: dict[str, tuple[Tensor, Tensor]] = {}
    gains: list[Tensor] = []
    for node in graph.node:
        names = [alias.get(i, i) for i in node.input]
        if node.op_type == "Conv":
            convs.setdefault(names[1], (values[names[1]], values[names[2]]))
        elif node.op_type == "Mul" and names[1] in {i.name for i in graph.initializer}:
            gains.append(values[names[1]])
    boxes = [c for c in convs.values() if c[0].shape[0] == 4]
    body = [c for c in convs.values() if c[0].shape[0] not in (2, 4)]
    if not any(n.op_type == "Div" for n in graph.node):
        body[0] = (body[0][0] * SCALE, body[0][1])
    if len(boxes) == len(STRIDES):
        base = boxes[0][0]
        gains = [(w * base).sum() / (base * base).sum() for w, _ in boxes]
    scores = next(c for c in convs.values() if c[0].shape[0] == 2)
    net = FacePlateNet(shape_of([c[0].shape[0] for c in body]))
    _assign(net, body, scores, boxes[0], gains)
    return net


def shape_of(outputs: list[int]) -> Shape:
    """The shape of a network whose convolutions, in graph order, have so many outputs."""
    w = (outputs[0], outputs[1], outputs[2], outputs[7], outputs[12])
    return Shape(w, (outputs[3], outputs[8], outputs[13]), outputs[-1])


def _assign(
    net: FacePlateNet,
    body: list[tuple[Tensor, Tensor]],
    scores: tuple[Tensor, Tensor],
    boxes: tuple[Tensor, Tensor],
    gains: list[Tensor],
) -> None:
    """Give folded convolutions, in graph order, to the network's layers."""
    blocks = net.conv_blocks()
    if len(body) != len(blocks) or len(gains) != len(net.gain):
        raise ValueError(f"{len(body)} convolutions and {len(gains)} gains do not fit the network")
    for block, (w, b) in zip(blocks, body, strict=True):
        block.load_folded(w, b)
    for layer, (w, b) in ((net.cls_out, scores), (net.reg_out, boxes)):
        layer.weight.data.copy_(w)
        assert layer.bias is not None
        layer.bias.data.copy_(b)
    for mine, value in zip(net.gain, gains, strict=True):
        mine.data.copy_(value)


class Folded(Protocol):
    """A network whose convolutions were read from a file, with their norms folded into them."""

    def conv_blocks(self) -> list[ConvBlock]: ...

    def eval(self) -> object: ...

    def __call__(self, image: Tensor) -> object: ...


@torch.no_grad()
def recalibrate(net: Folded, images: Tensor) -> None:
    """Turn folded convolutions back into normalised ones without changing the function.

    Each filter is scaled to the norm it would have at He initialisation (so that the optimiser's
    step has the usual relative size) and the statistics of `images` (f32 [B, 3, H, W]) go into
    the norm, whose gain and offset undo both.
    """
    blocks = [b for b in net.conv_blocks() if isinstance(b.norm, nn.BatchNorm2d)]
    for block in blocks:
        w, b = block.folded()
        size = w.flatten(1).norm(dim=1).clamp_min(1e-3)
        block.load_folded(w * (2.0**0.5 / size)[:, None, None, None], b)
        assert isinstance(block.norm, nn.BatchNorm2d)
        block.norm.weight.data.copy_(size / 2.0**0.5)
    net.eval()

    def hook(block: ConvBlock):  # type: ignore[no-untyped-def]
        def run(_: nn.Module, __: tuple[Tensor, ...], out: Tensor) -> None:
            n = block.norm
            assert isinstance(n, nn.BatchNorm2d)
            assert n.running_mean is not None and n.running_var is not None
            mean, var = out.mean((0, 2, 3)), out.var((0, 2, 3)).clamp_min(1e-4)
            gain = n.weight.data.clone()
            n.bias.data.add_(gain * mean)
            n.weight.data.copy_(gain * torch.sqrt(var + n.eps))
            n.running_mean.copy_(mean)
            n.running_var.copy_(var)

        return run

    # The hook fires on the convolution, before its norm is applied, so later layers see no change.
    handles = [b.conv.register_forward_hook(hook(b)) for b in blocks]
    net(images)
    for h in handles:
        h.remove()
