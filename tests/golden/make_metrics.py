#!/usr/bin/env python3
"""A thousand random evaluations and what they give; for tests/metrics/test_metrics_golden.c, which draws the same inputs.

    python3 tests/golden/make_metrics.py > tests/golden/metrics.txt
    python3 tests/golden/make_metrics.py --check build/ablate    # the program on the same cases, in NumPy's files

Made with Python 3.11.7, NumPy 2.4.6, SciPy 1.17.1, scikit-learn 1.9.1. The numbers are those of metrics_reference.py.

Every input is an integer of a hash of (case, stream, index) times a power of two, so that C repeats it to the bit; the
sum beside each case's number shows that it did. A line a class: the protocol, then the five numbers, "-" where one is
not defined."""
import json
import math
import os
import subprocess
import sys
import tempfile
import warnings

import numpy as np

import metrics_reference as reference

CASES, GOLDEN, MASK64 = 1000, 0x9E3779B97F4A7C15, (1 << 64) - 1
SMOOTH, WHITE, LEVELS, EQUAL, NEIGHBOURS, SPARSE, OUTLIERS, SIGNED, RAMP, PERFECT, QUANTISED, MAP_KINDS = range(12)
(ONE, RECTANGLES, ELLIPSES, NOISE, DIAGONALS, CHECKER, FULL, RINGS, SERPENT, COMB, ALL_BUT_ONE, DOTS,
 MASK_KINDS) = range(13)
# Streams of a case; those of picture p begin at 16 + 16 p.
OF_CASE, OF_PICTURES, OF_CLASSES, OF_SCORES, OF_LABELS = range(5)
PICTURE, GRID, PIXEL, RAISE, RIM, SPECKLE = range(6)


def mix(x):
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014)."""
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK64
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK64
    return x ^ (x >> 31)


def mix_all(x):
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def word(case, stream, index):
    return mix((mix((case * GOLDEN + stream + 1) & MASK64) + (index + 1) * GOLDEN) & MASK64)


def words(case, stream, count):
    index = np.arange(1, count + 1, dtype=np.uint64)
    return mix_all(np.uint64(mix((case * GOLDEN + stream + 1) & MASK64)) + index * np.uint64(GOLDEN))


class Draws:
    """Small whole numbers, one after another."""

    def __init__(self, case, stream):
        self.case, self.stream, self.index = case, stream, -1

    def below(self, n):
        self.index += 1
        return (word(self.case, self.stream, self.index) >> 32) * n >> 32


def below_all(w, n):
    return ((w >> np.uint64(32)) * np.uint64(n) >> np.uint64(32)).astype(np.int64)


def has_presets(number):
    return number % 4 == 2


def draw_shape(number, draws):
    """Pictures, height, width: small, middling, large enough for every pooling, or large."""
    kind = number % 8
    if kind == 6:
        return 4 + draws.below(9), 57 + draws.below(24), 57 + draws.below(24)
    if number % 64 == 7:
        return 2, 200 + draws.below(101), 200 + draws.below(101)
    if kind in (4, 5, 7):
        return 2 + draws.below(10), 20 + draws.below(45), 20 + draws.below(45)
    return 1 + draws.below(24), 1 + draws.below(24), 1 + draws.below(24)


def shape_mask(kind, draws, height, width, speckle):
    """Where the defects of one picture are."""
    y, x = np.mgrid[0:height, 0:width]
    defect = np.zeros((height, width), bool)
    if kind in (ONE, ALL_BUT_ONE):
        at = draws.below(height), draws.below(width)
        defect[at] = True
        return ~defect if kind == ALL_BUT_ONE else defect
    if kind == RECTANGLES:
        for _ in range(1 + draws.below(3)):
            top, left = draws.below(height), draws.below(width)
            bottom, right = top + 1 + draws.below(height - top), left + 1 + draws.below(width - left)
            defect[top:bottom, left:right] = True
        return defect
    if kind == ELLIPSES:
        for _ in range(1 + draws.below(3)):
            cy, cx = draws.below(height), draws.below(width)
            ry, rx = 1 + draws.below(1 + height // 3), 1 + draws.below(1 + width // 3)
            defect |= ((x - cx) * ry) ** 2 + ((y - cy) * rx) ** 2 <= (rx * ry) ** 2
        return defect
    if kind == NOISE:
        return below_all(speckle, 10).reshape(height, width) < 1 + draws.below(5)
    if kind == DIAGONALS:
        mirrored, period = draws.below(2), 2 + draws.below(6)
        return (x + (height - 1 - y if mirrored else y)) % period == 0
    if kind == RINGS:
        cy, cx = draws.below(height), draws.below(width)
        return np.maximum(abs(x - cx), abs(y - cy)) % 4 == 0
    return {CHECKER: (x + y) % 2 == 0,
            FULL: y >= 0,
            SERPENT: (y % 2 == 0) | (x == np.where(y % 4 == 1, width - 1, 0)),
            COMB: (y == height - 1) | (x % 2 == 0),
            DOTS: (x % 2 == 0) & (y % 2 == 0)}[kind]


def draw_mask(number, picture, height, width, grey):
    """(height, width) of 0 .. 255. Two fifths of the pictures are good."""
    stream = 16 + 16 * picture
    draws = Draws(number, stream + PICTURE)
    good, kind = draws.below(5) < 2, draws.below(MASK_KINDS)
    defect = np.zeros((height, width), bool)
    if not good:
        defect = shape_mask(kind, draws, height, width, words(number, stream + SPECKLE, height * width))
    mask = np.where(defect, 255, 0)
    if grey:
        rim = words(number, stream + RIM, height * width).reshape(height, width)
        part = below_all(rim, 8) == 0
        mask = np.where(part, np.where(defect, 128, 1) + (rim & np.uint64(63)).astype(np.int64), mask)
    return mask.astype(np.uint8)


def draw_map(number, picture, kind, precision, whole, mask):
    """Whole numbers of at most `bits` bits, their signs and their powers of two beyond the case's."""
    height, width = mask.shape
    stream, pixels = 16 + 16 * picture, height * width
    w = words(number, stream + PIXEL, pixels)
    low = (w & np.uint64(0xFFFFF)).astype(np.int64)
    defect = (mask >= 128).ravel().astype(np.int64)
    lift = defect * Draws(number, stream + RAISE).below(8)
    sign, power = np.zeros(pixels, bool), np.zeros(pixels, np.int64)
    y, x = np.divmod(np.arange(pixels), width)
    if kind in (SMOOTH, QUANTISED):
        grid = (words(number, stream + GRID, 41 * 41) >> np.uint64(56)).astype(np.int64).reshape(41, 41)
        gy, fy, gx, fx = y // 8, y % 8, x // 8, x % 8
        v = ((8 - fy) * ((8 - fx) * grid[gy, gx] + fx * grid[gy, gx + 1])
             + fy * ((8 - fx) * grid[gy + 1, gx] + fx * grid[gy + 1, gx + 1]))
        if kind == QUANTISED:
            m, bits = v // 256 + 8 * lift, 7
        else:
            m, bits = v * v // 32 + lift * (1 << 18), 24
            if precision == 8:
                m, bits = m * (1 << 20) + low, 44
    elif kind == WHITE:
        m, bits = (w >> np.uint64(41)).astype(np.int64) + lift * (1 << 20), 24
        if precision == 8:
            m, bits = m * (1 << 20) + low, 44
    elif kind == LEVELS:
        m, bits = below_all(w, 4) + (lift > 3), 3
    elif kind == EQUAL:
        m, bits = np.full(pixels, whole), 10
    elif kind == NEIGHBOURS:
        bits = {2: 11, 4: 24, 8: 30 if has_presets(number) else 53}[precision]
        m = (1 << (bits - 1)) + below_all(w, 9) + lift // 3
    elif kind == SPARSE:
        m, bits = np.where(below_all(w, 16) < 1 + lift // 2, 1 + low // 1024, 0), 11
    elif kind == OUTLIERS:
        far = below_all(w, 20) == 0
        m = np.where(far & (precision > 2), low, 1000 + low % 999)
        power = np.where(far & (precision > 2), (w >> np.uint64(26) & np.uint64(63)).astype(np.int64), 0)
        sign, bits = far & ((w >> np.uint64(24) & np.uint64(1)) != 0), 0
    elif kind == SIGNED:
        m, sign, bits = low // 512, (w >> np.uint64(24) & np.uint64(3)) < np.uint64(2), 11
        sign = sign & (lift < 4)
    elif kind == RAMP:
        m, bits = (y * width + x + 37 * picture) % 101, 7
    else:
        m, bits = defect if whole % 2 else 1 - defect, 1
    if precision == 2 and bits > 11:
        m = m >> (bits - 11)
    return m, sign, power


def draw_case(number):
    draws = Draws(number, OF_CASE)
    pictures, height, width = draw_shape(number, draws)
    precision = (2, 4, 8)[draws.below(3)]
    if height >= 200 and precision == 8:
        precision = 4
    kind, whole = draws.below(MAP_KINDS), draws.below(1000)
    exponent = draws.below(25) - 24 if precision == 2 else draws.below(41) - 20
    if precision == 2 and kind in (OUTLIERS, EQUAL, NEIGHBOURS):
        exponent = min(exponent, 4)
    grey, with_scores, with_labels = draws.below(4) == 0, draws.below(3) == 0, draws.below(2) == 0
    case = {"number": number, "precision": precision, "connectivity": 4 if draws.below(3) == 0 else 8,
            "texts": draws.below(2) == 0, "deflated": draws.below(4) == 0, "ones": draws.below(2) == 0}
    class_count = 1 + draws.below(min(4, 1 + pictures // 5))
    masks = np.stack([draw_mask(number, p, height, width, grey) for p in range(pictures)])
    if masks.max() != 255:  # whole numbers that end below 255 are no scale
        masks = np.where(masks >= 128, 255, 0).astype(np.uint8)
    maps = np.zeros(masks.shape)
    for p in range(pictures):
        m, sign, power = draw_map(number, p, kind, precision, whole, masks[p])
        value = np.ldexp(m.astype(np.float64), (exponent + power).astype(np.int32))
        maps[p] = np.where(sign, -value, value).reshape(height, width)
    masked = (masks > 127).any((1, 2))
    scores, labels, classes = Draws(number, OF_SCORES), Draws(number, OF_LABELS), Draws(number, OF_CLASSES)
    case["maps"], case["masks"] = maps, masks
    case["scores"] = np.array([(scores.below(6) + int(v)) / 4 for v in masked]) if with_scores else None
    case["labels"] = np.array([v ^ (labels.below(8) == 0) for v in masked]).astype(np.int64) if with_labels else None
    case["classes"] = [classes.below(class_count) for _ in range(pictures)] if class_count > 1 else None
    return case


def checksum(case):
    bits = (case["maps"] + 0.0).view(np.uint64).ravel() * np.uint64(1)
    odd = np.arange(len(bits), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    masks = case["masks"].ravel().astype(np.uint64)
    total = int(np.sum((bits ^ (bits >> np.uint64(29))) * odd)) + int(np.sum(masks * odd)) * GOLDEN
    return mix(total & MASK64) >> 32


def parts(case):
    """The case's classes in order of appearance, each with its pictures."""
    if case["classes"] is None:
        return [(None, case)]
    found = []
    for name in dict.fromkeys(case["classes"]):
        own = [i for i, c in enumerate(case["classes"]) if c == name]
        found.append((name, {k: case[k][own] if case[k] is not None else None
                             for k in ("maps", "masks", "scores", "labels")}))
    return found


def numbers_of(case, protocol):
    if protocol == "exact":
        return [reference.exact(part, case["connectivity"]) for _, part in parts(case)]
    return [reference.PRESETS[protocol](part) for _, part in parts(case)]


def protocols_of(case):
    return ["exact"] + (list(reference.PRESETS) if has_presets(case["number"]) else [])


def write_golden():
    print("# Made by tests/golden/make_metrics.py, see there; case, sum of its inputs; protocol, five numbers a class.")
    for number in range(CASES):
        case = draw_case(number)
        print(f"case {number} {checksum(case):08x}")
        for protocol in protocols_of(case):
            for row in numbers_of(case, protocol):
                digits = 13 if protocol == "exact" else 10
                print(protocol, *["-" if math.isnan(v) else f"{v:.{digits}g}" for v in row])


def save(case, path):
    arrays = {"maps": case["maps"].astype({2: np.float16, 4: np.float32, 8: np.float64}[case["precision"]])}
    assert np.array_equal(arrays["maps"].astype(np.float64), case["maps"])
    whole = set(np.unique(case["masks"])) <= {0, 255}
    arrays["masks"] = case["masks"] // 255 if whole and case["ones"] else case["masks"]
    for name in ("scores", "labels"):
        if case[name] is not None:
            arrays[name] = case[name]
    if case["classes"] is not None:
        arrays["classes"] = np.array([f"k{c}" for c in case["classes"]]) if case["texts"] else np.array(case["classes"])
    (np.savez_compressed if case["deflated"] else np.savez)(path, **arrays)


def check(program):
    """Runs the program on every case, prints the greatest difference by protocol and metric."""
    worst = {p: [0.0] * 5 for p in reference.PROTOCOLS}
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "case.npz")
        for number in range(CASES):
            case = draw_case(number)
            save(case, path)
            for protocol in protocols_of(case):
                command = [program, "metrics", path, "--protocol", protocol, "--json"]
                command += ["--connectivity", str(case["connectivity"])] if protocol == "exact" else []
                rows = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["classes"].values()
                for got, wanted in zip(rows, numbers_of(case, protocol), strict=True):
                    for k, name in enumerate(reference.METRICS):
                        if (got[name] is None) != math.isnan(wanted[k]):
                            wrong.append((number, protocol, name, got[name], wanted[k]))
                        elif got[name] is not None:
                            worst[protocol][k] = max(worst[protocol][k], abs(got[name] - wanted[k]))
                            if abs(got[name] - wanted[k]) > (1e-9 if protocol == "exact" else 1e-6):
                                wrong.append((number, protocol, name, got[name], wanted[k]))
    for protocol, row in worst.items():
        print(f"{protocol:9}", *[f"{name} {value:.2g}" for name, value in zip(reference.METRICS, row)])
    for one in wrong:
        print("differs:", *one)
    return 1 if wrong else 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        sys.exit(check(sys.argv[2]))
    write_golden()
