# SPDX-License-Identifier: Apache-2.0
"""Muon (Jordan et al. 2024): momentum whose matrices are made orthogonal before they are applied. Matrices that are several in one
(queries, keys, values, gates) are taken apart, all of one shape are done together, and a convolution's weights are a matrix of one row an output."""

import torch

# Of the odd polynomials, one a step, that drive singular values towards 1: the Polar Express (Amsel et al. 2025), which comes as near in
# four steps as Muon's own polynomial in five. The division keeps rounding from leaving the range in which they work.
COEFFICIENTS = [(a / 1.01, b / 1.01**3, c / 1.01**5) for a, b, c in (
    (8.28721201814563, -23.595886519098837, 17.300387312530933), (4.107059111542203, -2.9478499167379106, 0.5448431082926601),
    (3.9486908534822946, -2.908902115962949, 0.5518191394370137), (3.3184196573706015, -2.488488024314874, 0.51004894012372))]


def orthogonal(g):
    """(n, rows, columns), rows <= columns"""
    x = g.bfloat16()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) * 1.01 + 1e-7)
    for a, b, c in COEFFICIENTS:
        gram = x @ x.mT
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


def pieces(name: str, value):
    """How a matrix is taken apart: (dimension, sizes)"""
    rows, columns = value.flatten(1).shape
    if name.endswith("to_qkv_mlp_proj.weight"):
        return 0, [columns] * 3 + [3 * columns] * 2
    if name.endswith("linear_in.weight"):
        return 0, [rows // 2] * 2
    if name.endswith("attn.to_out.weight"):
        return 1, [rows, columns - rows]
    return 0, [rows]


class Muon(torch.optim.Optimizer):
    def __init__(self, named, rate, momentum=0.95, decay=0.01):
        named = list(named)
        super().__init__([value for _, value in named], {"lr": rate, "momentum": momentum, "decay": decay})
        self.plans = [pieces(name, value) for name, value in named]

    @torch.no_grad()
    def step(self):
        group = self.param_groups[0]
        values = group["params"]
        by_shape = {}
        for number, value in enumerate(values):
            state = self.state[value]
            if "momentum" not in state:
                state["momentum"] = torch.zeros_like(value)
            state["momentum"].lerp_(value.grad, 1 - group["momentum"])
            update = value.grad.lerp(state["momentum"], group["momentum"]).flatten(1)
            value.mul_(1 - group["lr"] * group["decay"])
            dimension, sizes = self.plans[number]
            for part, target in zip(update.split(sizes, dimension), value.view(len(value), -1).split(sizes, dimension)):
                flipped = part.shape[0] > part.shape[1]
                by_shape.setdefault(part.mT.shape if flipped else part.shape, []).append((part.mT if flipped else part, target.mT if flipped else target, flipped))
        for some in by_shape.values():
            done = orthogonal(torch.stack([part for part, _, _ in some])).float()
            for update, (_, target, flipped) in zip(done, some):
                wide = max(1.0, (update.shape[1] / update.shape[0]) ** 0.5 if flipped else 1.0)
                target.add_(update, alpha=-group["lr"] * wide)
