"""Optional step: fewer channels, so that a pass takes less time.

    python -m lab.training.slim CACHE face-plate.onnx start.onnx

Channels are removed one by one, always the one whose loss the layers that read it can make up for
best, and those layers are solved anew for what the wide network gave (optimal brain surgeon for
whole channels: Hassibi and Stork, NIPS 1992; Kurtic et al., arXiv:2302.04089). What is left is a
start for `lab.training.train --init start.onnx --teacher face-plate.onnx`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from lab.training.dataset import Crops, collate
from lab.training.export import Folded, export
from lab.training.network import ConvBlock, FacePlateNet, Residual, Shape, load_onnx

#: What is shipped.
SLIM = Shape((12, 24, 48, 96, 128), (48, 64, 64), 48)
CROPS, BATCH = 160, 32
#: Most positions of one crop and level that a layer is solved for.
POSITIONS = 160
#: Ridge, relative to the mean power of an input.
RIDGE = 1e-4


@dataclass
class Group:
    """Channels that are kept or removed together: who makes them and who reads them."""

    name: str
    keep: int
    makers: list[nn.Conv2d]
    readers: list[nn.Conv2d]


def groups(net: FacePlateNet, shape: Shape) -> list[Group]:
    """Every group of the folded network, from the image to the outputs."""

    def conv(block: nn.Module) -> nn.Conv2d:
        return block.conv if isinstance(block, ConvBlock) else block  # type: ignore[return-value]

    stem = [conv(m) for m in net.stem]
    out = [
        Group("stride 2", shape.widths[0], [stem[0]], [stem[1]]),
        Group("stride 4", shape.widths[1], [stem[1]], [conv(net.s8[0])]),
    ]
    stages = (net.s8, net.s16, net.s32)
    after = [[conv(net.s16[0]), conv(net.lateral[0])], [conv(net.s32[0]), conv(net.lateral[1])]]
    after.append([conv(net.lateral[2])])
    for n, stage in enumerate(stages):
        pairs = [m for m in stage if isinstance(m, Residual)]
        makers = [conv(stage[0]), *(conv(p.b) for p in pairs)]
        readers = [*(conv(p.a) for p in pairs), *after[n]]
        out.append(Group(f"stride {8 << n}", shape.widths[n + 2], makers, readers))
        for k, p in enumerate(pairs):
            out.append(
                Group(f"stride {8 << n}, pair {k}", shape.inner[n], [conv(p.a)], [conv(p.b)])
            )
    lateral, fuse = [[conv(m) for m in part] for part in (net.lateral, net.fuse)]
    first, second, box = conv(net.cls[0]), conv(net.cls[1]), conv(net.reg[0])
    out.append(Group("laterals", shape.neck, lateral, fuse))
    out.append(Group("neck", shape.neck, fuse, [first, box]))
    out.append(Group("class 1", shape.neck, [first], [second]))
    out.append(Group("class 2", shape.neck, [second], [net.cls_out]))
    out.append(Group("box", shape.neck, [box], [net.reg_out]))
    return out


@contextmanager
def recorded(convs: list[nn.Conv2d]) -> Iterator[dict[nn.Conv2d, list[tuple[Tensor, Tensor]]]]:
    """Inputs and outputs of convolutions while a network runs; shared ones run per stride."""
    seen: dict[nn.Conv2d, list[tuple[Tensor, Tensor]]] = {c: [] for c in convs}

    def hook(c: nn.Conv2d):  # type: ignore[no-untyped-def]
        return lambda _, x, y: seen[c].append((x[0], y))

    handles = [c.register_forward_hook(hook(c)) for c in convs]
    yield seen
    for h in handles:
        h.remove()


def columns(x: Tensor, conv: nn.Conv2d, at: Tensor) -> Tensor:
    """What a convolution multiplies at the output positions `at`: f64 [B * len(at), C * k * k]."""
    cols = fn.unfold(x, conv.kernel_size, padding=conv.padding, stride=conv.stride)
    return cols[:, :, at].transpose(1, 2).flatten(0, 1).double()


@dataclass
class Sums:
    """Second moments of a reader's input and its products with the outputs wanted, f64; the last
    input is the constant 1 of the offset."""

    inputs: Tensor
    wanted: Tensor
    power: float = 0.0

    @torch.no_grad()
    def add(self, conv: nn.Conv2d, x: Tensor, y: Tensor, rng: torch.Generator) -> None:
        count = y.shape[2] * y.shape[3]
        at = torch.randperm(count, generator=rng)[:POSITIONS]
        a = columns(x, conv, at)
        a = torch.cat([a, torch.ones(len(a), 1, dtype=torch.float64)], 1)
        b = y.flatten(2)[:, :, at].transpose(1, 2).flatten(0, 1).double()
        self.inputs += a.T @ a
        self.wanted += a.T @ b
        self.power += float(b.var(0).sum()) * len(b)


class Reader:
    """One convolution that loses input channels, solved for its outputs after each loss."""

    def __init__(self, conv: nn.Conv2d, sums: Sums) -> None:
        self.conv, self.taps = conv, conv.kernel_size[0] * conv.kernel_size[1]
        n = sums.inputs.shape[0]
        ridge = RIDGE * sums.inputs.diagonal().mean() * torch.eye(n, dtype=torch.float64)
        self.inverse = torch.linalg.inv(sums.inputs + ridge)
        self.weight = self.inverse @ sums.wanted
        self.power = sums.power

    def block(self, channel: int) -> slice:
        return slice(channel * self.taps, (channel + 1) * self.taps)

    def loss(self, channel: int) -> float:
        """Squared error that losing a channel adds, as a share of the power of the outputs."""
        b = self.block(channel)
        w = self.weight[b]
        return float((w * torch.linalg.solve(self.inverse[b, b], w)).sum()) / self.power

    def remove(self, channel: int) -> None:
        """Solve the others for its part."""
        b = self.block(channel)
        share = torch.linalg.solve(self.inverse[b, b], self.inverse[b])
        self.weight = self.weight - self.inverse[:, b] @ torch.linalg.solve(
            self.inverse[b, b], self.weight[b]
        )
        self.inverse = self.inverse - self.inverse[:, b] @ share
        # Keeps later solutions away from what is gone.
        self.inverse[b, b] += torch.eye(self.taps, dtype=torch.float64)
        self.weight[b] = 0.0

    def write(self, kept: list[int]) -> None:
        """Give the solution to the convolution, which then reads the kept channels only."""
        old = self.conv.weight.data
        rows = torch.cat([torch.arange(self.taps) + c * self.taps for c in kept])
        w = self.weight[rows].T.reshape(old.shape[0], len(kept), *old.shape[2:])
        self.conv.weight.data = w.float().contiguous()
        self.conv.in_channels = len(kept)
        assert self.conv.bias is not None
        self.conv.bias.data = self.weight[-1].float()


def measure(
    slim: FacePlateNet,
    wide: FacePlateNet,
    group: Group,
    twins: dict[nn.Conv2d, nn.Conv2d],
    rows: dict[nn.Conv2d, list[int]],
    images: Tensor,
) -> dict[nn.Conv2d, Sums]:
    """Sums of every reader: its inputs in the slim network, its outputs in the wide one."""
    rng = torch.Generator().manual_seed(1)
    sums: dict[nn.Conv2d, Sums] = {}
    for c in group.readers:
        n = c.in_channels * c.kernel_size[0] * c.kernel_size[1] + 1
        square = torch.zeros(n, n, dtype=torch.float64)
        sums[c] = Sums(square, torch.zeros(n, c.out_channels, dtype=torch.float64))
    for part in images.split(BATCH):
        with recorded(group.readers) as mine, recorded([twins[c] for c in group.readers]) as goal:
            slim.levels(part.float())
            wide.levels(part.float())
        for c in group.readers:
            kept = rows.get(c, list(range(c.out_channels)))
            for (x, _), (_, y) in zip(mine[c], goal[twins[c]], strict=True):
                sums[c].add(c, x, y[:, kept], rng)
    return sums


def shrink(group: Group, sums: dict[nn.Conv2d, Sums], rows: dict[nn.Conv2d, list[int]]) -> float:
    """Remove channels of a group until `keep` are left; returns the error added in the readers."""
    readers = [Reader(c, sums[c]) for c in group.readers]
    left, error = list(range(group.makers[0].out_channels)), 0.0
    while len(left) > group.keep:
        losses = [sum(r.loss(c) for r in readers) for c in left]
        worst = left[min(range(len(left)), key=losses.__getitem__)]
        error += min(losses)
        for r in readers:
            r.remove(worst)
        left.remove(worst)
    for r in readers:
        r.write(left)
    for c in group.makers:
        assert c.bias is not None
        c.weight.data, c.bias.data = c.weight.data[left].contiguous(), c.bias.data[left]
        c.out_channels = len(left)
        rows[c] = left
    return error


@torch.no_grad()
def slimmed(wide: FacePlateNet, shape: Shape, images: Tensor) -> FacePlateNet:
    """A network of `shape` that does what `wide` does as well as it can.

    Args:
        images: uint8 [B, 3, H, W] RGB that the layers are solved on.
    """
    full, slim = Folded(wide).net, Folded(wide).net
    # `Folded` divides the first convolution by SCALE; `levels` does it with the image.
    for net in (full, slim):
        net.stem[0].conv.weight.data.copy_(wide.stem[0].folded()[0])
    theirs, mine = groups(full, shape), groups(slim, shape)
    twins = {
        a: b
        for g, h in zip(mine, theirs, strict=True)
        for a, b in zip(g.readers, h.readers, strict=True)
    }
    rows: dict[nn.Conv2d, list[int]] = {}
    for group in mine:
        if group.keep < group.makers[0].out_channels:
            error = shrink(group, measure(slim, full, group, twins, rows, images), rows)
            print(f"{group.name}: {group.keep} channels, error {error:.4f}", flush=True)
    out = FacePlateNet(shape)
    for a, b in zip(out.conv_blocks(), slim.conv_blocks(), strict=True):
        assert b.conv.bias is not None
        a.load_folded(b.conv.weight, b.conv.bias)
    for name in ("cls_out", "reg_out", "gain"):
        getattr(out, name).load_state_dict(getattr(slim, name).state_dict())
    return out.eval()


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("cache", type=Path)
    ap.add_argument("model", type=Path)
    ap.add_argument("out", type=Path)
    ap.add_argument("--size", type=int, default=352)
    ap.add_argument("--widths", type=int, nargs=5, default=SLIM.widths)
    ap.add_argument("--inner", type=int, nargs=3, default=SLIM.inner)
    ap.add_argument("--neck", type=int, default=SLIM.neck)
    args = ap.parse_args()
    shape = Shape(tuple(args.widths), tuple(args.inner), args.neck)
    wide = load_onnx(args.model).eval()
    crops = Crops(args.cache, args.size, seed=3)
    images = collate([x for x, _ in zip(iter(crops), range(CROPS), strict=False)])[0]
    args.out.write_bytes(export(slimmed(wide, shape, images)))


if __name__ == "__main__":
    main()
