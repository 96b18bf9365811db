#!/usr/bin/env python3
"""Encoders made of convolutions, whole, with random weights and running statistics, read by `ablate features`, against
torchvision and timm in float64.

    python3 tests/golden/compare_convnets.py BUILD TABLE.md [ROW...]   # build results/convnets_full_size.md 'b0, timm'

Each program gets the very numbers that `ablate` made of the picture, whose side is odd, so that windows at the border
count. The table's rows named (all, if none is) are measured again, the others kept; the exit status is 1 if a difference
is not within the bound. Made with Python 3.11.7, PyTorch 2.11.0, torchvision 0.26.0, timm 1.0.31, safetensors 0.8.0,
seed 17.
"""
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import timm
import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file, save_file

BOUND, SIZE = 1e-5, 161
INTRODUCTION = f"""# Encoders made of convolutions at full size

Whole networks with random weights, and running statistics near those that their batch normalisation has for the picture,
read by `ablate features` and computed in float32 for one picture of {SIZE} pixels; torchvision and timm compute in float64.
A number is the largest difference in a stage's map by the map's largest magnitude. The bound is {BOUND:g}; the last column
is what PyTorch itself loses in float32.

    python3 tests/golden/compare_convnets.py build results/convnets_full_size.md

"""
TITLE = ["encoder", "names of", "file", "parameters", "differences, stage by stage",
         "PyTorch in float32, largest"]


def torchvision_model(name):
    return getattr(torchvision.models, name)()


def timm_model(name):
    return timm.create_model(name, pretrained=False)


def lukemelas_names(model):
    """timm's names to efficientnet_pytorch's."""
    wide = {"conv_pw": "_expand_conv", "bn1": "_bn0", "conv_dw": "_depthwise_conv", "bn2": "_bn1",
            "conv_pwl": "_project_conv", "bn3": "_bn2"}
    plain = {"conv_dw": "_depthwise_conv", "bn1": "_bn1", "conv_pw": "_project_conv", "bn2": "_bn2"}
    outer = {"conv_stem": "_conv_stem", "bn1": "_bn0", "conv_head": "_conv_head", "bn2": "_bn1", "classifier": "_fc"}
    flat = [(s, i) for s, stage in enumerate(model.blocks) for i in range(len(stage))]
    names = {}
    for name in model.state_dict():
        found = re.match(r"blocks\.(\d+)\.(\d+)\.(se\.)?(\w+)\.(.*)", name)
        if not found:
            part, rest = name.split(".", 1)
            names[name] = f"{outer[part]}.{rest}"
            continue
        stage, block, squeezes, part, rest = found.groups()
        inner = part.replace("conv_", "_se_") if squeezes else (wide if stage != "0" else plain)[part]
        names[name] = f"_blocks.{flat.index((int(stage), int(block)))}.{inner}.{rest}"
    return names


# name of the row: (module, maker, model, form of the file)
ROWS = {}
for i in range(5):
    ROWS[f"lite{i}, efficientnet_pytorch"] = ("efficientnet", timm_model, f"tf_efficientnet_lite{i}", "lukemelas")
    ROWS[f"lite{i}, timm"] = ("efficientnet", timm_model, f"efficientnet_lite{i}", "timm")
for i in range(8):
    ROWS[f"b{i}, torchvision"] = ("efficientnet", torchvision_model, f"efficientnet_b{i}", "torchvision")
    ROWS[f"b{i}, timm"] = ("efficientnet", timm_model, f"tf_efficientnet_b{i}", "timm")
for name in ("resnet18", "resnet34", "resnet50", "wide_resnet50_2"):
    ROWS[f"{name}, torchvision"] = ("resnet", torchvision_model, name, "torchvision")
ROWS["wide_resnet50_2, timm"] = ("resnet", timm_model, "wide_resnet50_2", "timm")


def stages_of(module, model):
    """The parts of a network whose results are its stages."""
    if module == "resnet":
        return [model.layer1, model.layer2, model.layer3, model.layer4]
    return list(model.features)[1:8] if hasattr(model, "features") else list(model.blocks)


def settle(norm, inputs):
    """Running statistics that keep numbers at their size, but do not centre them: what is left of numbers whose mean is
    taken out is as small as rounding, layer after layer, where weights are random."""
    square = inputs[0].square().mean()
    norm.weight.data = 1 + 0.2 * torch.randn_like(norm.weight)
    norm.bias.data = 0.2 * torch.randn_like(norm.bias)
    norm.running_var = square * torch.exp(0.3 * torch.randn_like(norm.running_var))
    norm.running_mean = 0.2 * square.sqrt() * torch.randn_like(norm.running_mean)


def drawn_picture():
    return np.random.default_rng(SIZE).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)


def randomise(model):
    """Statistics of another picture would do for shallow networks; in b7 what they are wrong by grows, layer by layer, to
    numbers of ten thousand, and with them what is rounded."""
    for conv in model.modules():
        if isinstance(conv, torch.nn.Conv2d) and conv.bias is not None:  # squeeze and excitation
            conv.weight.data = torch.randn_like(conv.weight) * conv.in_channels**-0.5
    hooks = [m.register_forward_pre_hook(settle) for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    mean, deviation = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 1, 3, 1, 1)
    model.eval()((torch.from_numpy(drawn_picture()).permute(2, 0, 1)[None] / 255 - mean) / deviation)
    for hook in hooks:
        hook.remove()
    return model


def write(model, form, name, folder):
    """The file as people have it: torchvision's and efficientnet_pytorch's .pth, timm's safetensors."""
    state = {k: v.contiguous() for k, v in model.state_dict().items()}
    if form == "timm":
        path = os.path.join(folder, name + ".safetensors")
        save_file(state, path)
        return path, "safetensors"
    if form == "lukemelas":
        names = lukemelas_names(model)
        state = {names[k]: v for k, v in state.items()}
    path = os.path.join(folder, name + ".pth")
    zipped = form == "torchvision"
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    return path, ".pth" if zipped else ".pth before 1.6"


def features(program, module, path, folder):
    row, picture, out = (os.path.join(folder, f) for f in ("row.ini", "picture.png", "out.safetensors"))
    Image.fromarray(drawn_picture()).save(picture)
    stages = "1 2 3 4" if module == "resnet" else "1 2 3 4 5 6 7"
    with open(row, "w", encoding="ascii") as f:
        f.write(f"[row image]\nmodel = {module}\n[input]\nsize = {SIZE}\nstatistics = imagenet\n[{module}]\n"
                f"weights = {path}\nstages = {stages}\nstatistics = input\n")
    subprocess.run([program, "features", row, "-p", picture, "-o", out, "--device", "cpu"], check=True,
                   stdout=subprocess.DEVNULL)
    return load_file(out)


def maps_of(module, model, picture):
    maps = []
    hooks = [part.register_forward_hook(lambda _, __, result: maps.append(result.permute(0, 2, 3, 1)))
             for part in stages_of(module, model)]
    model(picture)
    for hook in hooks:
        hook.remove()
    return maps


def difference(map_, right):
    assert map_.shape == right.shape and torch.isfinite(map_).all()
    return float((map_ - right).abs().max() / right.abs().max())


def measure(program, row):
    module, make, name, form = ROWS[row]
    torch.manual_seed(17)
    model = randomise(make(name))
    with tempfile.TemporaryDirectory() as folder:
        path, file = write(model, form, name, folder)
        got = features(program, module, path, folder)
    single = maps_of(module, model, got["image.0"])
    double = maps_of(module, model.double(), got["image.0"].double())
    mine = [got[f"stage.{i}"] for i in range(len(double))]
    count = sum(p.numel() for p in model.parameters())
    encoder, whose = row.split(", ")
    return ([encoder, whose, file, f"{count / 1e6:.1f} M"], [difference(a, b) for a, b in zip(mine, double)],
            max(difference(a, b) for a, b in zip(single, double)))


def write_table(path, lines):
    kept = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            for line in f:
                cells = [c.strip() for c in line.split("|")]
                if len(cells) > 3 and f"{cells[1]}, {cells[2]}" in ROWS:
                    kept[f"{cells[1]}, {cells[2]}"] = line
    kept.update(lines)
    with open(path, "w", encoding="utf-8") as f:
        f.write(INTRODUCTION + "| " + " | ".join(TITLE) + " |\n|" + "---|" * len(TITLE) + "\n")
        f.write("".join(kept[row] for row in ROWS if row in kept))


def main():
    torch.set_grad_enabled(False)
    torch.set_num_threads(2)
    program, table, rows = os.path.join(sys.argv[1], "ablate"), sys.argv[2], sys.argv[3:] or list(ROWS)
    worst = 0.0
    for row in rows:
        words, differences, single = measure(program, row)
        worst = max([worst] + differences)
        words += [" ".join(f"{d:.1e}" for d in differences), f"{single:.1e}"]
        write_table(table, {row: "| " + " | ".join(words) + " |\n"})
        print(row, " ".join(f"{d:.1e}" for d in differences), flush=True)
    sys.exit(not worst <= BOUND)


if __name__ == "__main__":
    main()
