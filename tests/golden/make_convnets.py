#!/usr/bin/env python3
"""What encoders made of convolutions give for weights and a picture made by formula; for tests/modules/test_convnets.c.

    python3 tests/golden/make_convnets.py > tests/golden/convnets.txt

A network's tensors are listed as torchvision and timm have them: `conv` NAME.weight, `bias` NAME.weight and NAME.bias,
`norm` the four of a batch normalisation. Made with Python 3.11.7, PyTorch 2.11.0, torchvision 0.26.0, timm 1.0.31, in
float64.
"""
import math
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from compare_convnets import lukemelas_names, stages_of, timm_model, torchvision_model  # noqa: E402
from make_clip import numbers  # noqa: E402

SAMPLES = 10
NETWORKS = [("lite0", "efficientnet", timm_model, "tf_efficientnet_lite0", "lukemelas", 65),
            ("b0", "efficientnet", torchvision_model, "efficientnet_b0", "torchvision", 65),
            ("b1", "efficientnet", timm_model, "tf_efficientnet_b1", "timm", 37),
            ("resnet18", "resnet", torchvision_model, "resnet18", "torchvision", 65),
            ("resnet50", "resnet", torchvision_model, "resnet50", "torchvision", 37)]


def stream(name):
    """FNV-1a of 32 bits."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def draw(name, shape, scale, offset=0.0):
    """The test's formula: offset + scale * number, rounded to float32 each time."""
    raw = numbers(stream(name), math.prod(shape)) * numpy_single(scale) + numpy_single(offset)
    return torch.from_numpy(raw).reshape(shape)


def numpy_single(number):
    return torch.tensor(number, dtype=torch.float32).numpy()


def drawn(name, tensor):
    kind, shape = name.rsplit(".", 1)[1], tuple(tensor.shape)
    if kind == "num_batches_tracked":
        return tensor
    if len(shape) == 4:
        return draw(name, shape, math.sqrt(6.0 / math.prod(shape[1:])))
    if kind == "weight":
        return draw(name, shape, 0.2, 1.0)
    return draw(name, shape, 0.5, 2.0) if kind == "running_var" else draw(name, shape, 0.2)


def print_tensors(model, names):
    for path, part in model.named_modules():
        name = names.get(path + ".weight", "").rsplit(".", 1)[0]
        if isinstance(part, torch.nn.Conv2d):
            print("bias" if part.bias is not None else "conv", name, *part.weight.shape)
        elif isinstance(part, torch.nn.BatchNorm2d):
            print("norm", name, len(part.weight))


def print_map(index, map_):
    flat = map_.permute(0, 2, 3, 1).flatten()
    print("stage", index, "largest", f"{float(flat.abs().max()):.9g}")
    for k in range(SAMPLES):
        at = k * (len(flat) - 1) // (SAMPLES - 1)
        print("stage", index, at, f"{float(flat[at]):.9g}")


def compute(module, model, size):
    maps = []
    for part in stages_of(module, model):
        part.register_forward_hook(lambda _, __, result: maps.append(result))
    model(torch.from_numpy(numbers(1000, 2 * 3 * size * size)).double().reshape(2, 3, size, size))
    return maps


def main():
    for arch, module, make, name, form, size in NETWORKS:
        model = make(name).eval()
        names = lukemelas_names(model) if form == "lukemelas" else {k: k for k in model.state_dict()}
        model.load_state_dict({k: drawn(names[k], v) for k, v in model.state_dict().items()})
        print("network", module, arch, form, size)
        print_tensors(model, names)
        for i, map_ in enumerate(compute(module, model.double(), size)):
            print_map(i, map_)


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    main()
