"""Focal loss of the heat (CornerNet, arXiv:1808.01244) and GIoU of the boxes."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as fn

from lab.training.eye.network import boxes
from lab.training.eye.targets import TARGETS
from lab.training.loss import giou

BOX_WEIGHT = 1.0
LOG_SIZE_WEIGHT = 0.1


def eye_loss(
    logits: Tensor, geometry: Tensor, maps: tuple[Tensor, ...], kinds: Tensor
) -> tuple[Tensor, dict[str, float]]:
    """The loss and its parts by target.

    Args:
        logits, geometry: of `Eye.forward`.
        maps: batches of `lab.training.eye.targets.target_maps`.
        kinds: f32 [K], the weight of each target; 0 for none.
    """
    heat, counts, goal, weight = maps
    logits = logits.float()
    p = torch.sigmoid(logits)
    centre = (heat == 1).float()
    found = (1 - p) ** 2 * fn.logsigmoid(logits) * centre
    quiet = (1 - heat) ** 4 * p**2 * fn.logsigmoid(-logits) * (1 - centre)
    of_heat = -((found + quiet) * counts).sum((0, 2, 3))
    objects = (centre * counts).sum((0, 2, 3)).clamp_min(4.0)

    mine = boxes(geometry)
    theirs = goal.permute(0, 1, 3, 4, 2)
    _, overlap = giou(mine, theirs)
    high = (goal[:, :, 3] - goal[:, :, 1]).clamp_min(1.0) / 4
    wide = (goal[:, :, 2] - goal[:, :, 0]).clamp_min(1.0) / 4
    logs = torch.stack([high.log(), wide.log()], 2)
    far = fn.smooth_l1_loss(geometry[:, :, :2].float(), logs, reduction="none").sum(2)
    of_box = (((1 - overlap) * BOX_WEIGHT + far * LOG_SIZE_WEIGHT) * weight).sum((0, 2, 3))

    parts = {}
    for k, name in enumerate(TARGETS):
        parts[f"{name} heat"] = float(of_heat[k].detach() / objects[k])
        parts[f"{name} box"] = float(of_box[k].detach() / objects[k])
    return ((of_heat + of_box) / objects * kinds).sum(), parts


def faithful_loss(faces: Tensor, before: Tensor, maps: tuple[Tensor, ...]) -> Tensor:
    """How far the eye's faces are from CenterFace's own, wherever no label has a face.

    Focal loss with CenterFace's heat as the goal. It preserves the answers for unlabelled faces,
    and is weak where the label "no face" contradicts them.
    Args:
        faces, before: logits [N, H/4, W/4] of the eye and of CenterFace on the same crops.
        maps: see `eye_loss`.
    """
    heat, counts = maps[0][:, 0], maps[1][:, 0]
    faces, goal = faces.float(), torch.sigmoid(before.float())
    far = (torch.sigmoid(faces) - goal).abs() ** 2
    missed = fn.binary_cross_entropy_with_logits(faces, goal, reduction="none") * far
    objects = ((heat == 1) * counts).sum().clamp_min(4.0)
    return (missed * (heat == 0)).sum() / objects
