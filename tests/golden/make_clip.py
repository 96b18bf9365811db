#!/usr/bin/env python3
"""What an encoder of the size of `nano` gives for weights and a picture made by formula; for tests/modules/test_clip.c.

    python3 tests/golden/make_clip.py > tests/golden/clip.txt

Made with Python 3.11.2, PyTorch 2.11.0, in float64, by PyTorch's own layers: MultiheadAttention, LayerNorm, interpolate.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F

WIDTH, EMBED, CONTEXT, VOCABULARY, PATCH, GRID, HEADS = 128, 128, 32, 40, 8, 16, 4


def numbers(stream, count):
    """The test's formula: numbers in [-1, 1] from a 32 bit hash."""
    x = np.uint32(stream) * np.uint32(2654435761) + np.arange(count, dtype=np.uint32) * np.uint32(40503) + np.uint32(977)
    for _ in range(3):
        x = (x ^ (x >> np.uint32(15))) * np.uint32(2246822519)
    return ((x >> np.uint32(8)).astype(np.float64) / 8388608.0 - 1.0).astype(np.float32)


class Weights:
    """Hands out tensors in the order in which the test lists them: offset + scale * number, rounded to float32."""

    def __init__(self):
        self.stream = 0

    def take(self, scale, *shape, offset=0.0):
        self.stream += 1
        raw = numbers(self.stream, math.prod(shape)) * np.float32(scale) + np.float32(offset)
        return torch.from_numpy(raw.astype(np.float32)).double().reshape(shape)


class Tower:
    def __init__(self, weights, layers):
        self.block = [self.read(weights) for _ in range(layers)]

    @staticmethod
    def norm(weights):
        layer = torch.nn.LayerNorm(WIDTH).double()
        layer.weight.data, layer.bias.data = weights.take(0.2, WIDTH, offset=1.0), weights.take(0.1, WIDTH)
        return layer

    @classmethod
    def read(cls, w):
        attention = torch.nn.MultiheadAttention(WIDTH, HEADS, batch_first=True).double()
        fc, proj = torch.nn.Linear(WIDTH, 4 * WIDTH).double(), torch.nn.Linear(4 * WIDTH, WIDTH).double()
        first = cls.norm(w)
        attention.in_proj_weight.data = w.take(0.15, 3 * WIDTH, WIDTH)
        attention.in_proj_bias.data = w.take(0.1, 3 * WIDTH)
        attention.out_proj.weight.data, attention.out_proj.bias.data = w.take(0.1, WIDTH, WIDTH), w.take(0.1, WIDTH)
        second = cls.norm(w)
        fc.weight.data, fc.bias.data = w.take(0.1, 4 * WIDTH, WIDTH), w.take(0.1, 4 * WIDTH)
        proj.weight.data, proj.bias.data = w.take(0.05, WIDTH, 4 * WIDTH), w.take(0.1, WIDTH)
        return first, attention, second, fc, proj

    def run(self, x, mask=None):
        for first, attention, second, fc, proj in self.block:
            y = first(x)
            x = x + attention(y, y, y, need_weights=False, attn_mask=mask)[0]
            y = fc(second(x))
            x = x + proj(y * torch.sigmoid(1.702 * y))
            yield x


def vision(w, picture, mode):
    position = w["position"]
    side = picture.shape[-1] // PATCH
    if side != GRID:
        grid = position[1:].reshape(1, GRID, GRID, WIDTH).permute(0, 3, 1, 2)
        grid = F.interpolate(grid, size=(side, side), mode=mode, align_corners=False)
        position = torch.cat([position[:1], grid.permute(0, 2, 3, 1).reshape(side * side, WIDTH)])
    x = F.conv2d(picture, w["conv"], stride=PATCH).flatten(2).transpose(1, 2)
    x = torch.cat([w["class"].expand(len(x), 1, WIDTH), x], 1) + position
    return list(w["image"].run(w["pre"](x)))


def show(name, tensor, step):
    flat = tensor.detach().flatten()
    for i in range(0, flat.numel(), step):
        print(f"{name} {i} {flat[i].item():.9g}")
    print(f"{name}.largest -1 {flat.abs().max().item():.9g}")


def main():
    np.seterr(over="ignore")
    source, w = Weights(), {}
    w["conv"] = source.take(0.1, WIDTH, 3, PATCH, PATCH)
    w["class"] = source.take(0.3, WIDTH)
    w["position"] = source.take(0.3, 1 + GRID * GRID, WIDTH)
    w["pre"], w["post"] = Tower.norm(source), Tower.norm(source)
    w["projection"] = source.take(0.15, WIDTH, EMBED)
    w["image"] = Tower(source, 6)
    token, place = source.take(0.3, VOCABULARY, WIDTH), source.take(0.3, CONTEXT, WIDTH)
    final, text_projection = Tower.norm(source), source.take(0.15, WIDTH, EMBED)
    text = Tower(source, 4)

    for size, mode in ((128, "bilinear"), (96, "bilinear"), (96, "bicubic")):
        raw = numbers(1000, 2 * 3 * size * size).reshape(2, 3, size, size)
        blocks = vision(w, torch.from_numpy(raw).double(), mode)
        for layer in (2, 4, 6):
            joint = w["post"](blocks[layer - 1]) @ w["projection"]
            show(f"joint.{size}.{mode}.{layer}", joint, 4999)
            show(f"block.{size}.{mode}.{layer}", blocks[layer - 1], 4999)

    ids = [1, 7, 5, 2, 0, 0]  # <start> damaged object <end>, and two that no one should see
    x = (token[ids] + place[: len(ids)])[None]
    mask = torch.full((len(ids), len(ids)), -math.inf, dtype=torch.float64).triu(1)
    *_, x = text.run(x, mask)
    show("text", final(x)[0, 3] @ text_projection, 7)


if __name__ == "__main__":
    main()
