"""Fourth step: the averaged weights of a checkpoint -> float32 ONNX with free height and width.

    python -m lab.training.export RUN/last.pt face-plate.onnx

Norms are folded into their convolutions, the box gains into theirs, and normalisation of the
image is part of the graph. Contract: `image` uint8 [1, H, W, 3] RGB, H and W multiples of 32
-> `scores` f32 [1, 2, N] (face, plate), `distances` f32 [1, 4, N] (left, top, right, bottom in
input pixels); N runs over strides 8, 16, 32, rows first.
"""

from __future__ import annotations

import argparse
import copy
import io
from pathlib import Path

import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional as fn

from lab.training.network import MEAN, SCALE, STRIDES, ConvBlock, FacePlateNet, Shape

OPSET = 17
#: Distances end here, in strides, so that their exponential stays finite.
FARTHEST = 60.0


class Folded(nn.Module):
    """Inference form of the network: plain convolutions, the mean in the graph.

    The division by SCALE goes into the first convolution; the subtraction has to stay, since
    zero padding stands for the mean.
    """

    def __init__(self, net: FacePlateNet) -> None:
        super().__init__()
        self.net = copy.deepcopy(net).eval()
        for block in [m for m in self.net.modules() if isinstance(m, ConvBlock)]:
            w, b = block.folded()
            old = block.conv
            k, stride = old.kernel_size[0], old.stride[0]
            block.conv = nn.Conv2d(old.in_channels, old.out_channels, k, stride, k // 2)
            block.conv.weight.data.copy_(w)
            assert block.conv.bias is not None
            block.conv.bias.data.copy_(b)
            block.norm = nn.Identity()
        first = self.net.stem[0]
        assert isinstance(first, ConvBlock)
        first.conv.weight.data.div_(SCALE)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        n = self.net
        c8 = n.s8(n.stem(image.permute(0, 3, 1, 2).float() - MEAN))
        c16 = n.s16(c8)
        c32 = n.s32(c16)
        p32 = n.lateral[2](c32)
        p16 = n.lateral[1](c16) + fn.interpolate(p32, scale_factor=2.0, mode="nearest")
        p8 = n.lateral[0](c8) + fn.interpolate(p16, scale_factor=2.0, mode="nearest")
        scores, dists = [], []
        for k, p in enumerate((p8, p16, p32)):
            f = n.fuse[k](p)
            scores.append(n.cls_out(n.cls(f)).flatten(2))
            # The gain of a stride is folded into its copy of the last convolution.
            out = fn.conv2d(n.reg(f), n.reg_out.weight * n.gain[k], n.reg_out.bias * n.gain[k])
            # softplus; onnxruntime's own kernel takes four times as long
            soft = torch.log(torch.exp(out.clamp(max=FARTHEST)) + 1)
            dists.append(soft.flatten(2) * STRIDES[k])
        return torch.cat(scores, 2).sigmoid(), torch.cat(dists, 2)


def load_checkpoint(path: Path) -> FacePlateNet:
    """The network of a checkpoint, with its averaged weights."""
    state = torch.load(path, weights_only=True)
    widths, inner, neck = (state["shape"][k] for k in ("widths", "inner", "neck"))
    net = FacePlateNet(Shape(tuple(widths), tuple(inner), neck))
    net.load_state_dict(state["average"])
    return net.eval()


def export(net: FacePlateNet) -> bytes:
    """The ONNX file's bytes."""
    buffer = io.BytesIO()
    with torch.no_grad():
        torch.onnx.export(
            Folded(net).eval(),
            (torch.zeros(1, 96, 128, 3, dtype=torch.uint8),),
            buffer,  # type: ignore[arg-type]
            opset_version=OPSET,
            input_names=["image"],
            output_names=["scores", "distances"],
            dynamo=False,
            dynamic_axes={
                "image": {1: "height", 2: "width"},
                "scores": {2: "points"},
                "distances": {2: "points"},
            },
        )
    model = onnx.load_from_string(buffer.getvalue())
    model.doc_string = "redact: faces (0) and licence plates (1) in one pass"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    ap.add_argument("checkpoint", type=Path)
    ap.add_argument("out", type=Path)
    args = ap.parse_args()
    data = export(load_checkpoint(args.checkpoint))
    args.out.write_bytes(data)
    print(f"{args.out.name}: {len(data)} bytes")


if __name__ == "__main__":
    main()
