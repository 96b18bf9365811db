#!/usr/bin/env python3
"""Distances to the nearest training patch, and maps of them, in float64: the cases of tests/modules/test_neighbour.c.

    python3 tests/golden/make_neighbour.py     writes tests/golden/neighbour.safetensors

Made with Python 3.11.7, NumPy 2.4.6, SciPy 1.17.1, safetensors 0.8.0. Written from Roth et al. 2022, Sec. 3, and from what `ablate modules
neighbour` says of its settings; nothing here was taken from the C but the two generators that a choice of patches depends
on. The file holds `layer.0`, `layer.1`: float32 features of PICTURES pictures, the last BATCH of which are judged and the
others trained on; and for each case, whose metadata are the settings, CASE/distance and CASE/map, float64.
"""
import pathlib

import numpy as np
from safetensors.numpy import save_file
from scipy.ndimage import gaussian_filter

GRID, SIZE, PICTURES, BATCH, CHANNELS = 4, 12, 6, 2, (5, 3)
CASES = {"all": "average=1 layers=given coreset=0 smooth=0",
         "unit": "average=1 layers=normalised coreset=1 smooth=1.3",
         "mean": "average=3 layers=given coreset=0 smooth=0 align_corners=no",
         "wide": "average=5 layers=normalised coreset=0 smooth=0",
         "share": "average=1 layers=given coreset=0.2 width=64 smooth=0",
         "count": "average=3 layers=normalised coreset=7 width=6 smooth=0.5"}


def mean_around(f, size):
    """Each patch of a grid becomes the mean of those around it that are there."""
    half, out = size // 2, np.empty_like(f)
    for y in range(GRID):
        for x in range(GRID):
            out[:, y, x] = f[:, max(0, y - half):y + half + 1, max(0, x - half):x + half + 1].mean((1, 2))
    return out


def words(state):
    """SplitMix64 (Steele et al. 2014)."""
    mask = (1 << 64) - 1
    while True:
        state = (state + 0x9E3779B97F4A7C15) & mask
        word = ((state ^ state >> 30) * 0xBF58476D1CE4E5B9) & mask
        word = ((word ^ word >> 27) * 0x94D049BB133111EB) & mask
        yield word ^ word >> 31


def greedy(x, count, start):
    """Indices of rows, each the farthest from those before it."""
    chosen, least = [start], np.full(len(x), np.inf)
    while len(chosen) < count:
        least = np.minimum(least, ((x - x[chosen[-1]]) ** 2).sum(1))
        chosen.append(int(least.argmax()))
        others = np.delete(least, chosen)
        assert len(others) == 0 or least[chosen[-1]] > others.max() * (1 + 1e-4)  # float32 chooses the same
    return chosen


def bank_of(trained, coreset, width):
    if coreset in (0, 1):
        return trained
    count = int(np.ceil(coreset * len(trained))) if coreset < 1 else int(coreset)
    shown = trained
    if width < trained.shape[1]:
        stream = words(0)
        signs = [1.0 if next(stream) >> 63 else -1.0 for _ in range(trained.shape[1] * width)]
        shown = trained @ np.array(signs).reshape(trained.shape[1], width)
    return trained[greedy(shown, count, next(words(0)) % len(trained))]


def enlarge(grid, corners):
    """Bilinear, from GRID to SIZE."""
    at = np.arange(SIZE) * (GRID - 1) / (SIZE - 1) if corners else (np.arange(SIZE) + 0.5) * GRID / SIZE - 0.5
    at = np.clip(at, 0, GRID - 1)
    low = np.minimum(at.astype(int), GRID - 2)
    matrix = np.zeros((SIZE, GRID))
    matrix[np.arange(SIZE), low] = 1 - (at - low)
    matrix[np.arange(SIZE), low + 1] += at - low
    return matrix @ grid @ matrix.T


def solve(layers, text):
    chosen = dict(word.split("=") for word in text.split())
    parts = []
    for f in layers:
        f = f[:, 1:].reshape(PICTURES, GRID, GRID, -1)  # the class token goes
        f = mean_around(f, int(chosen["average"])).reshape(PICTURES, GRID * GRID, -1)
        parts.append(f / np.linalg.norm(f, axis=-1, keepdims=True) if chosen["layers"] == "normalised" else f)
    f = np.concatenate(parts, -1)
    trained = f[:-BATCH].reshape(-1, f.shape[-1])
    bank = bank_of(trained, float(chosen["coreset"]), int(chosen.get("width", 128)))
    distance = np.sqrt(((f[-BATCH:, :, None] - bank) ** 2).sum(-1)).min(-1)
    maps = enlarge(distance.reshape(BATCH, GRID, GRID), chosen.get("align_corners") != "no")
    smooth = float(chosen["smooth"])
    return distance, np.stack([gaussian_filter(one, smooth) for one in maps]) if smooth > 0 else maps


def main():
    random = np.random.default_rng(20261)
    layers = [random.normal(size=(PICTURES, 1 + GRID * GRID, c)).astype(np.float32) for c in CHANNELS]
    tensors = {f"layer.{i}": f for i, f in enumerate(layers)}
    for name, text in CASES.items():
        distance, maps = solve([f.astype(np.float64) for f in layers], text)
        tensors |= {f"{name}/distance": distance, f"{name}/map": maps}
    save_file(tensors, pathlib.Path(__file__).resolve().parent / "neighbour.safetensors", CASES)


if __name__ == "__main__":
    main()
