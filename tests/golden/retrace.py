#!/usr/bin/env python3
"""Trains the rows of Table 2 again in PyTorch, each from a trace of the kit, and says how far the kit is from it.

    make && python3 tests/golden/retrace.py > results/traces.md       all rows
    python3 tests/golden/retrace.py i vii --keep traces               two of them, and their traces stay
    python3 tests/golden/retrace.py --set input.size=64               a quarter of the work

Of a trace are taken: the initial parameters, the encoder's features of each batch, the draws of noise and dropout, the
settings. Losses, gradients and Adam are PyTorch's own: method.py, written from the paper's equations, in float64. Each
row is trained three times:

    apart    float64, from the initial parameters on its own
    float32  the same in float32: what rounding does to PyTorch itself
    beside   float64, given the trace's parameters before every step: each step is judged alone

Exits with 1 if a limit is missed; limits and their reasons are printed with the tables, progress to standard error.
Written with Python 3.11.7, PyTorch 2.11.0, safetensors 0.8.0.
"""
import argparse
import math
import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors import safe_open

from method import Method, TextTower
from retrace_report import UNIT, Report

ROOT = pathlib.Path(__file__).resolve().parents[2]
ROWS = "i", "ii", "iii", "iv", "v", "vi", "vii"
SETS = "mini.train=5", "run.epochs=3", "cnc.theta=1"  # 9 steps an epoch: Eq. 11 changes at step 9
STEPS = 20
KNOWN = {  # method.py does nothing else
    "optimiser.decay": "0",
    "optimiser.warmup": "0",
    "optimiser.schedule": "constant",
    "clip.arch": "nano",
    "clip.space": "joint",
    "clip.train": "no",
    "noise.mode": "relative",
    "moe.hidden": "0",
    "moe.ratio": "1",
    "moe.activation": "relu",
    "moe.gate": "softmax",
    "moe.balance": "experts",
    "decoder.heads": "0",
    "decoder.ratio": "4",
    "decoder.order": "reversed",
    "cnc.template": "paper",
    "cnc.global": "class_token",
    "cnc.reduction": "mean",
    "cnc.similarity": "normalised_g",
    "cnc.lambda": "patch",
    "cnc.anchor_grad": "all",
    "distill.flat": "image",
    "distill.tokens": "patches",
}


class Trace:
    """What `ablate trace` wrote: tensors by name, settings and notes."""

    def __init__(self, path, known=None):
        self.file = safe_open(path, framework="pt")
        self.names = list(self.file.keys())
        self.notes = self.file.metadata()
        self.settings = dict(line.split(" = ", 1) for line in self.notes["settings"].splitlines())
        self.steps, self.steps_an_epoch = int(self.notes["steps"]), int(self.notes["steps_an_epoch"])
        for key, value in (KNOWN if known is None else known).items():
            if self.settings.get(key, value) != value:
                sys.exit(f"{path}: {key} = {self.settings[key]}; PyTorch's side only knows {value}")

    def number(self, key):
        return float(self.settings[key])

    def part(self, prefix, dtype=torch.float64):
        """Tensors whose names begin so, by the rest of the name."""
        own = (name for name in self.names if name.startswith(prefix))
        return {name.removeprefix(prefix): self.file.get_tensor(name).to(dtype) for name in own}

    def weights(self, step):
        """Eq. 11 and 16."""
        late = step // self.steps_an_epoch >= float(self.settings.get("cnc.theta", 0))
        gamma = float(self.settings.get("cnc.gamma", 0)) if late else 0.0
        known = {"distill": "distill.weight", "moe": "moe.weight"}
        given = {name: self.number(key) for name, key in known.items() if key in self.settings}
        return given | {"prompts": 1.0, "constraint": gamma}


def write_trace(experiment, row, sets, steps, path):
    command = [ROOT / "build/ablate", "trace", experiment, "--scale", "mini", "--row", row]
    command += [word for setting in sets for word in ("--set", setting)]
    subprocess.run([*command, "--steps", str(steps), "--out", path], cwd=ROOT, check=True)


def make_trace(row, sets, path):
    write_trace("ablations/table2.ini", row, sets, STEPS, path)
    return Trace(path)


def open_text(trace, dtype):
    with safe_open(ROOT / trace.settings["clip.weights"], framework="pt") as file:
        weights = {name: file.get_tensor(name) for name in file.keys()}
        words = file.metadata()["vocabulary"].split()
    return TextTower(weights, words).to(dtype)


def stacked_name(name):
    """moe.expert.3.0.weight -> moe.w1, 3; others as they are, None."""
    words = name.split(".")
    if words[:2] != ["moe", "expert"]:
        return name, None
    return f"moe.{words[4][0]}{1 if words[3] == '0' else 2}", int(words[2])


def collect(method, pick):
    """pick(parameter) in float64 of all parameters, by the names of a trace."""
    found = {}
    for long_name, parameter in method.named_parameters():
        name, expert = stacked_name(long_name)
        value = pick(parameter).detach().double().clone()
        if expert is None:
            found[name] = value
        else:
            found.setdefault(name, []).append(value)
    return {name: torch.stack(value) if isinstance(value, list) else value for name, value in found.items()}


@torch.no_grad()
def load(method, values):
    for long_name, parameter in method.named_parameters():
        name, expert = stacked_name(long_name)
        parameter.copy_(values[name] if expert is None else values[name][expert])


class Adam:
    """PyTorch's Adam or AdamW, with the settings of a trace's optimiser."""

    def __init__(self, trace, parameters):
        betas = trace.number("optimiser.beta1"), trace.number("optimiser.beta2")
        kind = torch.optim.AdamW if trace.settings.get("optimiser.decoupled", "no") == "yes" else torch.optim.Adam
        self.trace, self.parameters, self.taken = trace, list(parameters), 0
        self.optimiser = kind(self.parameters, self.rate(), betas, trace.number("optimiser.eps"),
                              trace.number("optimiser.decay"))

    def rate(self):
        """Of the next step."""
        schedule, warmup = self.trace.settings["optimiser.schedule"], self.trace.number("optimiser.warmup")
        assert schedule in ("constant", "step"), schedule
        share = min((self.taken + 1) / warmup, 1) if warmup else 1
        steps = self.trace.number("run.epochs") * self.trace.steps_an_epoch
        late = schedule == "step" and 5 * self.taken >= 4 * steps
        return self.trace.number("optimiser.rate") * share * (0.1 if late else 1)

    def room(self, parameter):
        """What float32 may round of a step that was taken, in halves of an ulp of 1. After s steps each moment carries at
        most 3 s roundings, their quotient, at most sqrt(s) large, twice that and four of its own. The gradient's length,
        of n numbers added in 16 lanes, is off by n / 32; that counts where eps does. The new parameter is rounded once,
        and what a decoupled decay leaves of it before."""
        s, rate, most = self.taken, self.trace.number("optimiser.rate"), self.trace.number("optimiser.max_norm")
        root = (self.optimiser.state[parameter]["exp_avg_sq"] / (1 - self.trace.number("optimiser.beta2") ** s)).sqrt()
        eps = self.trace.number("optimiser.eps")
        length = sum(p.numel() for p in self.parameters) / 32 if most > 0 else 0
        decays = isinstance(self.optimiser, torch.optim.AdamW) and self.trace.number("optimiser.decay") > 0
        return (((6 * s + 4) * math.sqrt(s) + length * eps / (root + eps)) * rate
                + (2 if decays else 1) * parameter.data.abs())

    def step(self):
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        most = self.trace.number("optimiser.max_norm")
        if most > 0:
            torch.nn.utils.clip_grad_norm_(self.parameters, most)
        self.optimiser.step()
        self.taken += 1


def make_method(trace, dtype):
    text = open_text(trace, dtype) if "cnc" in trace.settings["run.model"].split() else None
    return Method(trace.settings, trace.part("0/input/teacher.0")[""].shape[-1], text)


def play_method(method, trace, k, dtype):
    """Losses by name of step k."""
    features = trace.part(f"{k}/input/teacher.", dtype)
    return method([features[str(i)] for i in range(len(features))], trace.part(f"{k}/draw/", dtype))


def retrain(trace, dtype, make, play, beside=False):
    """-> of every step: losses by name, total, gradients, and the least gap of the experts' choice; last parameters.
    make(trace, dtype) is the method, an object with named_parameters(); play(method, trace, k, dtype) its losses."""
    torch.set_default_dtype(dtype)
    method = make(trace, dtype)
    load(method, trace.part("0/parameter/", dtype))
    optimiser, steps = Adam(trace, (p for _, p in method.named_parameters())), []
    for k in range(trace.steps):
        if beside:
            load(method, trace.part(f"{k}/parameter/", dtype))
        losses = play(method, trace, k, dtype)
        weights = trace.weights(k)
        total = sum(weights[name] * loss for name, loss in losses.items())
        for _, parameter in method.named_parameters():
            parameter.grad = None
        total.backward()
        steps.append({
            "losses": {name: loss.item() for name, loss in losses.items()},
            "total": total.item(),
            "gradient": collect(method, lambda p: p.grad),
            "gap": method.moe.gap.min().item() if hasattr(method, "moe") else math.inf,
        })
        optimiser.step()
    return steps, collect(method, lambda p: p)


def norm(values):
    return math.sqrt(sum(value.square().sum().item() for value in values))


def distance(a, b):
    """||a - b|| / ||b|| over all tensors of b."""
    return norm(a[name] - b[name] for name in b) / norm(b.values())


def relative(found, true, least=0.0):
    return abs(found - true) / max(abs(true), least)


def check_weights(trace):
    """The weights in force are those of Eq. 11 and 16, to the float32 they are written in."""
    for k in range(trace.steps):
        for name, found in trace.part(f"{k}/weight/").items():
            if found.item() != torch.tensor(trace.weights(k)[name], dtype=torch.float32).item():
                sys.exit(f"step {k}: the weight of {name} is {found.item()}, not {trace.weights(k)[name]}")


def adam_excess(trace):
    """PyTorch's Adam in float64 on the trace's own parameters and gradients: the largest difference to the trace's next
    parameter, in units of the rounding that float32 may have."""
    torch.set_default_dtype(torch.float64)
    own = {name: torch.nn.Parameter(value) for name, value in trace.part("0/parameter/").items()}
    optimiser, most = Adam(trace, own.values()), 0.0
    for k in range(trace.steps):
        before, after = trace.part(f"{k}/parameter/"), trace.part(f"{k + 1}/parameter/")
        for name, gradient in trace.part(f"{k}/gradient/").items():
            own[name].data, own[name].grad = before[name], gradient
        optimiser.step()
        for name, parameter in own.items():
            apart = (after[name] - parameter.data).abs() / (UNIT * optimiser.room(parameter))
            most = max(most, apart.max().item())
    return most


def worst(ours, theirs):
    """Losses by name of every step, and PyTorch's steps -> by name the largest relative difference of a step. A loss
    below 2^-24 of the total is nothing beside it in float32: there the difference is relative to that."""
    return {name: max(relative(a[name], b["losses"][name], UNIT * b["total"]) for a, b in zip(ours, theirs))
            for name in theirs[0]["losses"]}


def measure(trace, make=make_method, play=play_method):
    """Everything the report prints of a row."""
    check_weights(trace)
    steps = range(trace.steps)
    totals = [trace.part(f"{k}/total")[""].item() for k in steps]
    losses = [{name: value.item() for name, value in trace.part(f"{k}/loss/").items()} for k in steps]
    gradients = [trace.part(f"{k}/gradient/") for k in steps]
    print(f"{trace.notes['row']}: PyTorch", file=sys.stderr)
    apart, end = retrain(trace, torch.float64, make, play)
    single, single_end = retrain(trace, torch.float32, make, play)
    beside, _ = retrain(trace, torch.float64, make, play, beside=True)
    start, reached = trace.part("0/parameter/"), trace.part(f"{trace.steps}/parameter/")
    path = norm(end[name] - start[name] for name in end)
    return {
        "words": [word for word in ("mlf", "moe", "cnc") if word in trace.settings["run.model"].split()],
        "totals": [(totals[k], apart[k]["total"]) for k in steps],
        "total": max(relative(totals[k], apart[k]["total"]) for k in steps),
        "total_single": max(relative(single[k]["total"], apart[k]["total"]) for k in steps),
        "apart": worst(losses, apart),
        "single": worst([step["losses"] for step in single], apart),
        "beside": worst(losses, beside),
        "smallest": {n: min(apart[k]["losses"][n] for k in steps) for n in losses[0]},
        "gradient": distance(gradients[0], apart[0]["gradient"]),
        "gradient_tensor": max((distance(gradients[0], {n: g}), n) for n, g in apart[0]["gradient"].items()),
        "gradient_single": distance(single[0]["gradient"], apart[0]["gradient"]),
        "gradient_beside": max(distance(gradients[k], beside[k]["gradient"]) for k in steps),
        "gap": min(beside[k]["gap"] for k in steps),
        "adam": adam_excess(trace),
        "parameters": norm(reached[n] - end[n] for n in end) / path,
        "parameters_single": norm(single_end[n] - end[n] for n in end) / path,
        "tau": float(trace.settings.get("cnc.tau", "inf")),
    }


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("row", nargs="*", help="all without it")
    ask.add_argument("--keep", metavar="DIR", help="where the traces stay, some 250 MiB a row")
    ask.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="lay this over every row")
    given = ask.parse_args()
    sets = [*SETS, *given.set]
    report = Report()
    with tempfile.TemporaryDirectory() as folder:
        where = pathlib.Path(given.keep or folder).resolve()
        where.mkdir(parents=True, exist_ok=True)
        for row in given.row or ROWS:
            path = where / f"{row}.safetensors"
            report.add(row, measure(make_trace(row, sets, path)))
            if not given.keep:
                path.unlink()
    report.print(STEPS, sets, sys.argv[1:])
    sys.exit(1 if report.missed() else 0)


if __name__ == "__main__":
    main()
