#!/usr/bin/env python3
"""How long frozen encoders made of convolutions take for a batch of pictures, beside eager PyTorch. No test: a yardstick.

    make build/tests/bench_encoder
    python3 tests/golden/convnets_torch.py build [ENCODER...]         EfficientNet-lite0 and WideResNet-50-2

Random weights, 224 pixels, batch 8, float32, two threads, in turn in each of ROUNDS rounds: the kit's program (every
stage and the class token, as `ablate features` has them), PyTorch as it is usually written (torchvision's or timm's
network, eval, no gradients), and PyTorch with memory_format=channels_last, which some know of. PyTorch's networks end
where the kit's last stage does.

Printed are the best of all passes and the median of the rounds' medians, in milliseconds of the clock, and the best in
milliseconds of all processors together, which other programs on the machine disturb less. Written with Python 3.11.7,
PyTorch 2.11.0, torchvision 0.26.0, timm 1.0.31.
"""
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import torch
from PIL import Image

import compare_convnets

ROUNDS, PASSES, BATCH, SIZE, THREADS = 3, 8, 8, 224, 2
ENCODERS = {"lite0": "lite0, timm", "wide_resnet50_2": "wide_resnet50_2, torchvision"}


def write_row(folder, module, path):
    row, picture = os.path.join(folder, "row.ini"), os.path.join(folder, "picture.png")
    numbers = np.random.default_rng(SIZE).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    Image.fromarray(numbers).save(picture)
    stages = "1 2 3 4" if module == "resnet" else "1 2 3 4 5 6 7"
    with open(row, "w", encoding="ascii") as f:
        f.write(f"[row image]\nmodel = {module}\n[run]\nbatch = {BATCH}\n[input]\nsize = {SIZE}\nstatistics = imagenet\n"
                f"[{module}]\nweights = {path}\nstages = {stages}\nstatistics = input\n")
    return row, picture


def last_stage(module, model):
    """The network up to its last stage."""
    if module == "resnet":
        parts = [model.conv1, model.bn1, model.relu, model.maxpool, model.layer1, model.layer2, model.layer3, model.layer4]
    else:
        parts = [model.conv_stem, model.bn1, model.blocks]
    return torch.nn.Sequential(*parts)


def time_torch(network, pictures):
    wall, busy = [], []
    for i in range(PASSES + 2):
        began, used = time.perf_counter(), time.process_time()
        network(pictures)
        if i >= 2:
            wall.append(1e3 * (time.perf_counter() - began))
            busy.append(1e3 * (time.process_time() - used))
    return min(wall), statistics.median(wall), min(busy)


def time_ours(build, row, picture):
    said = subprocess.run([os.path.join(build, "tests", "bench_encoder"), row, picture, str(PASSES), str(THREADS)],
                          check=True, capture_output=True, text=True, env={**os.environ, "ABLATE_LIBRARY": build}).stdout
    best, median, busy, _ = (float(x) for x in re.findall(r"([\d.]+) ms", said))
    return best, median, busy


def measure(build, encoder):
    module, make, name, form = compare_convnets.ROWS[ENCODERS[encoder]]
    torch.manual_seed(17)
    model = compare_convnets.randomise(make(name))
    pictures = torch.randn(BATCH, 3, SIZE, SIZE)
    with tempfile.TemporaryDirectory() as folder:
        path, _ = compare_convnets.write(model, form, name, folder)
        row, picture = write_row(folder, module, path)
        network = last_stage(module, model)
        taken = {"kit": [], "PyTorch": [], "PyTorch, channels last": []}
        for _ in range(ROUNDS):
            taken["kit"].append(time_ours(build, row, picture))
            network.to(memory_format=torch.contiguous_format)
            taken["PyTorch"].append(time_torch(network, pictures.contiguous()))
            network.to(memory_format=torch.channels_last)
            taken["PyTorch, channels last"].append(
                time_torch(network, pictures.contiguous(memory_format=torch.channels_last)))
    rows = {who: (min(t[0] for t in times), statistics.median(t[1] for t in times), min(t[2] for t in times))
            for who, times in taken.items()}
    for who, (best, median, busy) in rows.items():
        print(f"{encoder:16} {who:24} best {best:7.1f} ms  median {median:7.1f} ms  processors {busy:7.1f} ms   "
              f"{best / rows['kit'][0]:5.2f} x  {median / rows['kit'][1]:5.2f} x  {busy / rows['kit'][2]:5.2f} x",
              flush=True)


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(THREADS)
    for encoder in sys.argv[2:] or ENCODERS:
        measure(os.path.abspath(sys.argv[1]), encoder)


if __name__ == "__main__":
    main()
