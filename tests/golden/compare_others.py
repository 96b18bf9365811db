#!/usr/bin/env python3
"""Other papers' methods at the size they are published with, random weights, against their statements in float64.

    python3 tests/golden/compare_others.py BUILD TABLE.md [METHOD...]   # build results/others_full_size.md rd4ad

Each method is a class below. `ablate trace` writes one step of training down, `ablate features` what the same first
parameters make of a picture; PyTorch computes both again, in float64 and, to show what rounding does, in float32. The
table's rows named (all, if none is) are measured again, the others kept; the exit status is 1 if a limit is missed. Made
with Python 3.11.7, PyTorch 2.11.0, torchvision 0.26.0, safetensors 0.8.0, seed 18.
"""
import argparse
import pathlib
import subprocess
import tempfile

import torch
import torch.nn.functional as F
import torchvision
from safetensors.torch import load_file, save_file

import others_rd4ad
import others_uniad
from compare_convnets import lukemelas_names, maps_of, randomise, settle, timm_model
from retrace import distance, relative

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOSS, MAP, GRADIENT, TIMES = 1e-5, 1e-4, 1e-4, 4
COLUMNS = ("method", "line", "trained numbers", "features", "loss", "gradient", "its worst tensor", "map",
           "PyTorch float32: loss", "gradient", "map")
INTRODUCTION = f"""# Other methods at full size

Encoders with random weights, first values of everything else, a batch of two pictures, computed by the kit in float32 and
by each method's statement (tests/golden/others_METHOD.py) in float64. *Features*: the encoder's layers, the largest
difference by the largest magnitude. *Loss*: relative, at most {LOSS:g}. *Gradient*: ||kit - float64|| / ||float64|| of all
parameters, and of the worst tensor; the former at most {GRADIENT:g}, or {TIMES} times PyTorch float32's. *Map* (when scoring):
the largest difference by the largest number, at most {MAP:g}. Behind a relu a number whose rounding changes its sign
changes the gradient by a jump: of millions of numbers some do, in PyTorch's float32 as in the kit's.

    python3 tests/golden/compare_others.py build results/others_full_size.md

"""


class Rd4ad:
    """wide_resnet50_2, three stages of 256 pixels, as ADer has it."""

    line, settings = "resnet ocbe deresnet distill", """[resnet]
weights = {weights}
own_grid = yes
width = 0
[input]
size = 256
statistics = imagenet
"""

    def __init__(self):
        self.encoder = torchvision.models.wide_resnet50_2()
        hooks = [m.register_forward_pre_hook(settle) for m in self.encoder.modules()
                 if isinstance(m, torch.nn.BatchNorm2d)]
        with torch.no_grad():
            self.encoder.eval()(torch.randn(2, 3, 256, 256))
        for hook in hooks:
            hook.remove()

    def weights(self):
        return {name: value.contiguous() for name, value in self.encoder.state_dict().items()}

    def features(self, picture):
        net = self.encoder.to(picture.dtype)
        x = net.maxpool(net.relu(net.bn1(net.conv1(picture))))
        found = []
        for stage in (net.layer1, net.layer2, net.layer3):
            x = stage(x)
            found.append(others_rd4ad.tokens(x))
        return found

    def students(self, features, w, training):
        net = others_rd4ad.Net(others_rd4ad.pytorch_layout(w), training)
        maps = [others_rd4ad.maps(f) for f in features]
        return maps, others_rd4ad.deresnet(net, others_rd4ad.ocbe(net, maps), [f.shape[2] for f in maps])

    def losses(self, features, w, draws):
        return {"distill": others_rd4ad.loss(*self.students(features, w, True))}

    def score(self, features, w, size):
        return others_rd4ad.score(*self.students(features, w, False), size)


class Uniad:
    """EfficientNet-B4, four stages of 224 pixels brought to 14 x 14, as its authors have it."""

    line, settings = "efficientnet jitter uniad", """[efficientnet]
weights = {weights}
stages = 1 2 3 5
fit = corners
width = 0
[input]
size = 224
statistics = imagenet
"""

    def __init__(self):
        with torch.no_grad():
            self.encoder = randomise(timm_model("tf_efficientnet_b4"))

    def weights(self):
        """By the names of the files that its authors take."""
        names = lukemelas_names(self.encoder)
        return {names[name]: value.contiguous() for name, value in self.encoder.state_dict().items()}

    def features(self, picture):
        maps = maps_of("efficientnet", self.encoder.to(picture.dtype), picture)
        wide = [maps[i].permute(0, 3, 1, 2) for i in (0, 1, 2, 4)]
        return [others_rd4ad.tokens(F.interpolate(x, size=(14, 14), mode="bilinear", align_corners=True)) for x in wide]

    def joined(self, features):
        return features[0] if len(features) == 1 else torch.cat([f[:, 1:] for f in features], 2)

    def losses(self, features, w, draws):
        own, usual = {name.removeprefix("uniad."): value for name, value in w.items()}, lambda name, default: default
        return {"uniad": others_uniad.trained_loss(own, self.joined(features), draws, usual)}

    def score(self, features, w, size):
        f, own = self.joined(features), {name.removeprefix("uniad."): value for name, value in w.items()}
        return others_uniad.anomaly_map(f, others_uniad.reconstruct(own, f, 8, 4, 4, 7, lambda x: x), size)


METHODS = {"rd4ad": Rd4ad, "uniad": Uniad}


def kit(build, method, folder):
    """A trace of one step, and what one of its pictures becomes."""
    save_file(method.weights(), folder / "encoder.safetensors")
    row = folder / "row.ini"
    row.write_text(f"base = {ROOT}/experiments/cnc.ini\n[row full]\nmodel = {method.line}\n"
                   + method.settings.format(weights=folder / "encoder.safetensors")
                   + "[run]\nbatch = 2\n[mini]\ntrain = 1\n[distill]\nsmooth = 0\n")
    ablate, cache = build / "ablate", ["--cache", folder / "cache"]
    subprocess.run([ablate, "trace", row, "--scale", "mini", "--row", "full", "--steps", "1", "--out",
                    folder / "trace.safetensors", *cache], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    subprocess.run([ablate, "data", "mini", "--export", folder / "drawn", "--set", "mini.train=1", "--set", "mini.good=1",
                    "--set", "mini.each=1"], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    picture = sorted((folder / "drawn").glob("*/train/good/*"))[0]
    subprocess.run([ablate, "features", row, "--scale", "mini", "--row", "full", "-p", picture, "-o",
                    folder / "board.safetensors", *cache], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return load_file(folder / "trace.safetensors"), load_file(folder / "board.safetensors")


def part(tensors, prefix, dtype):
    return {k.removeprefix(prefix): v.to(dtype) for k, v in tensors.items() if k.startswith(prefix)}


def layers(named, dtype):
    return [named[f"teacher.{i}"].to(dtype) for i in range(sum(name.startswith("teacher.") for name in named))]


def step(method, trace, dtype):
    """Total of the losses, gradients by name."""
    w = {k: v.requires_grad_() for k, v in part(trace, "0/parameter/", dtype).items()}
    inputs = part(trace, "0/input/", dtype)
    losses = method.losses(layers(inputs, dtype) or list(inputs.values()), w | part(trace, "0/buffer/", dtype),
                           part(trace, "0/draw/", dtype))
    total = sum(trace[f"0/weight/{name}"].to(dtype) * loss for name, loss in losses.items())
    total.backward()
    return total.item(), {k: v.grad.double() for k, v in w.items()}


@torch.no_grad()
def score(method, trace, board, dtype):
    w = part(trace, "0/parameter/", dtype) | part(trace, "0/buffer/", dtype)
    batched = [f if f.dim() == 3 else f[None] for f in layers(board, dtype)]
    return method.score(batched, w, board["score.0"].shape[-1]).double()


def apart(found, true):
    return ((found.double().reshape(true.shape) - true).abs().max() / true.abs().max()).item()


def measure(name, build):
    """The row, and a sentence for each limit that is missed."""
    torch.manual_seed(18)
    method = METHODS[name]()
    with tempfile.TemporaryDirectory() as folder:
        trace, board = kit(build, method, pathlib.Path(folder))
    double, single = (step(method, trace, dtype) for dtype in (torch.float64, torch.float32))
    own = part(trace, "0/gradient/", torch.float64)
    map_64, map_32 = (score(method, trace, board, dtype) for dtype in (torch.float64, torch.float32))
    with torch.no_grad():
        true = method.features(board["image.0"].double().reshape(1, 3, *board["image.0"].shape[-2:]))
    features = max(apart(f, t) for f, t in zip(layers(board, torch.float64), true))
    loss, gradient = relative(trace["0/total"].item(), double[0]), distance(own, double[1])
    worst = max((distance(own, {k: v}), k) for k, v in double[1].items())
    loss_32, gradient_32 = relative(single[0], double[0]), distance(single[1], double[1])
    row = [name, f"`{method.line}`", f"{sum(v.numel() for v in own.values()) / 1e6:.1f} M", f"{features:.1e}",
           f"{loss:.1e}", f"{gradient:.1e}", f"{worst[0]:.1e} (`{worst[1]}`)", f"{apart(board['score.0'], map_64):.1e}",
           f"{loss_32:.1e}", f"{gradient_32:.1e}", f"{apart(map_32, map_64):.1e}"]
    limits = (("loss", loss, LOSS), ("gradient", gradient, max(GRADIENT, TIMES * gradient_32)),
              ("map", apart(board["score.0"], map_64), MAP))
    return row, [f"{name}: {what} is {value:.2e}, above {limit:.2e}" for what, value, limit in limits
                 if not value <= limit]


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("build", type=pathlib.Path)
    ask.add_argument("table", type=pathlib.Path)
    ask.add_argument("method", nargs="*")
    given = ask.parse_args()
    kept = given.table.read_text().splitlines() if given.table.exists() else []
    rows = {line.split(" | ")[0].removeprefix("| "): line for line in kept if line.startswith("| ")}
    missed = []
    for name in given.method or METHODS:
        row, sentences = measure(name, given.build.resolve())
        rows[name] = "| " + " | ".join(row) + " |"
        missed += sentences
    head = ["| " + " | ".join(COLUMNS) + " |", "|" + "---|" * len(COLUMNS)]
    given.table.write_text(INTRODUCTION + "\n".join(head + [rows[name] for name in METHODS if name in rows]) + "\n")
    print("\n".join(missed) or "every limit is kept")
    raise SystemExit(bool(missed))


if __name__ == "__main__":
    main()
