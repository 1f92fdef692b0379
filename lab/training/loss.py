"""Task-aligned assignment, quality focal loss and GIoU.

Sources: TOOD (Feng et al., arXiv:2108.07755) for the assignment and its normalised targets,
Generalized Focal Loss (Li et al., arXiv:2006.04388) for the class loss, GIoU (Rezatofighi et al.,
arXiv:1902.09630) for the boxes.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as fn

ALPHA, BETA, TOP = 0.5, 4.0, 9
BOX_WEIGHT = 2.0
#: A point may lie this many strides beside the centre of an object smaller than its cell.
MIN_HALF_SIDE = 0.75


def decode(points: Tensor, distances: Tensor) -> Tensor:
    """points [N, 2], distances [B, 4, N] in pixels -> boxes x1, y1, x2, y2 [B, N, 4]."""
    left, top, right, bottom = distances.unbind(1)
    x, y = points[:, 0], points[:, 1]
    return torch.stack([x - left, y - top, x + right, y + bottom], -1)


def giou(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and GIoU of broadcast boxes [..., 4]."""
    lt, rb = torch.maximum(a[..., :2], b[..., :2]), torch.minimum(a[..., 2:], b[..., 2:])
    inter = (rb - lt).clamp_min(0).prod(-1)
    area_a = (a[..., 2:] - a[..., :2]).clamp_min(0).prod(-1)
    area_b = (b[..., 2:] - b[..., :2]).clamp_min(0).prod(-1)
    union = (area_a + area_b - inter).clamp_min(1e-6)
    hull = torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])
    hull_area = hull.clamp_min(0).prod(-1).clamp_min(1e-6)
    iou = inter / union
    return iou, iou - (hull_area - union) / hull_area


@dataclass
class Assignment:
    """Of one image: target quality [2, N], class weights [2, N], matched boxes [N, 4], who [N]."""

    quality: Tensor
    weight: Tensor
    boxes: Tensor
    positive: Tensor


def assign(
    scores: Tensor, boxes: Tensor, points: Tensor, strides: Tensor, truth: Tensor
) -> Assignment:
    """Which points learn which object.

    scores [2, N] in 0-1, boxes [N, 4], points [N, 2], strides [N], truth [M, 6] (target, box,
    ignore). Points inside an ignored region get no class loss for that target unless they are
    positive themselves.
    """
    n = points.shape[0]
    quality, weight = torch.zeros_like(scores), torch.ones_like(scores)
    matched = torch.zeros_like(boxes)
    positive = torch.zeros(n, dtype=torch.bool, device=boxes.device)
    for row in truth[truth[:, 5] > 0]:
        inside = ((points > row[1:3]) & (points < row[3:5])).all(1)
        weight[int(row[0]), inside] = 0.0
    real = truth[truth[:, 5] == 0]
    if len(real) == 0:
        return Assignment(quality, weight, matched, positive)
    target = real[:, 0].long()
    gt = real[:, 1:5]
    centre, half = (gt[:, :2] + gt[:, 2:]) / 2, (gt[:, 2:] - gt[:, :2]) / 2
    reach = torch.maximum(half[:, None], MIN_HALF_SIDE * strides[None, :, None])
    inside = ((points[None] - centre[:, None]).abs() < reach).all(-1)
    # Beyond its own extent an object may only be found at the finest stride.
    own = ((points[None] - centre[:, None]).abs() < half[:, None]).all(-1)
    inside &= own | (strides == strides.min())[None]
    iou, _ = giou(gt[:, None], boxes[None])
    metric = scores[target].clamp_min(1e-6) ** ALPHA * iou**BETA * inside
    top = metric.topk(min(TOP, n), dim=1).indices
    chosen = torch.zeros_like(inside).scatter_(1, top, True) & inside & (metric > 0)
    # A point wanted by several objects goes to the one it overlaps most.
    contested = chosen & (iou == torch.where(chosen, iou, iou.new_zeros(())).amax(0, keepdim=True))
    owner = contested.float().argmax(0)
    positive = contested.any(0)
    m = torch.where(contested, metric, metric.new_zeros(()))
    o = torch.where(contested, iou, iou.new_zeros(()))
    scaled = m / m.amax(1, keepdim=True).clamp_min(1e-9) * o.amax(1, keepdim=True)
    at = positive.nonzero().squeeze(1)
    quality[target[owner[at]], at] = scaled[owner[at], at]
    weight[target[owner[at]], at] = 1.0
    matched[at] = gt[owner[at]]
    return Assignment(quality, weight, matched, positive)


def detection_loss(
    logits: Tensor, distances: Tensor, truth: list[Tensor], points: Tensor, strides: Tensor
) -> tuple[Tensor, Tensor]:
    """Class and box loss, scalars; logits [B, 2, N], distances [B, 4, N] in pixels."""
    boxes = decode(points, distances)
    with torch.no_grad():
        p = logits.sigmoid()
        found = [assign(s, b, points, strides, t) for s, b, t in zip(p, boxes, truth, strict=True)]
        quality = torch.stack([a.quality for a in found])
        weight = torch.stack([a.weight for a in found])
        positive = torch.stack([a.positive for a in found])
        matched = torch.stack([a.boxes for a in found])
        total = quality.sum().clamp_min(1.0)
    focal = (logits.sigmoid() - quality).abs().pow(2)
    cls = fn.binary_cross_entropy_with_logits(logits, quality, reduction="none") * focal * weight
    cls_loss = cls.sum() / total
    if not bool(positive.any()):
        return cls_loss, distances.sum() * 0.0
    _, g = giou(boxes[positive], matched[positive])
    q = quality.amax(1)[positive]
    return cls_loss, BOX_WEIGHT * ((1.0 - g) * q).sum() / total
