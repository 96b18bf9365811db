#!/usr/bin/env python3
"""Trains other papers' methods again in PyTorch, each from a trace of the kit, and says how far the kit is from it:
retrace.py's way, with each method's own statement (others_METHOD.py).

    make && python3 tests/golden/retrace_others.py > results/others_traces.md      all methods
    python3 tests/golden/retrace_others.py rd4ad --keep traces                     one of them, and its trace stays

A method is a class below: the line of words, its settings, and its losses from inputs, draws and parameters. Exits with 1
if a limit is missed. Written with Python 3.11.7, PyTorch 2.11.0, safetensors 0.8.0.
"""
import argparse
import pathlib
import sys
import tempfile

import torch

import others_dinomaly
import others_rd4ad
import others_uniad
from retrace import ROOT, Trace, measure, write_trace
from retrace_report import OthersReport

STEPS = 10


class Statement:
    """A method: `line`, `settings`, and `known`, those of which the statement knows no other value. An object has the
    parameters, w, and buffers, by the names of the trace, and the settings `chosen` there."""

    settings, known = (), {}

    def __init__(self, trace, dtype):
        self.chosen = trace.settings
        self.w = {name: torch.nn.Parameter(value.clone()) for name, value in trace.part("0/parameter/", dtype).items()}
        self.buffers = trace.part("0/buffer/", dtype)

    def named_parameters(self):
        return self.w.items()

    def setting(self, name, default):
        return type(default)(self.chosen.get(name, default))

    def losses(self, inputs, draws):
        """By name; inputs and draws by the names of the trace."""
        raise NotImplementedError


class Rd4ad(Statement):
    line = "clip ocbe deresnet distill"
    settings = ("optimiser.rate = 0.001", "optimiser.beta1 = 0.5", "run.batch = 16", "ocbe.blocks = 1", "ocbe.base = 16",
                "deresnet.blocks = 1 1 1", "deresnet.base = 32")
    known = {"distill.flat": "image", "distill.tokens": "patches", "distill.weight": "1"}

    def losses(self, inputs, draws):
        layers = [inputs[f"teacher.{i}"] for i in range(3)]
        features = [others_rd4ad.maps(f) for f in layers]
        net = others_rd4ad.Net(others_rd4ad.pytorch_layout({**self.w, **self.buffers}), training=True)
        bottleneck = others_rd4ad.ocbe(net, features, self.setting("ocbe.blocks", 3))
        blocks = [int(word) for word in self.setting("deresnet.blocks", "3 4 6").split()]
        students = others_rd4ad.deresnet(net, bottleneck, [f.shape[2] for f in features], blocks)
        return {"distill": others_rd4ad.loss(features, students)}


class Uniad(Statement):
    """At a small width, with the published optimiser: within these steps gradients are clipped and the rate drops."""

    line = "clip jitter uniad"
    settings = ("optimiser.rate = 1e-4", "optimiser.decay = 1e-4", "optimiser.decoupled = yes",
                "optimiser.schedule = step", "optimiser.max_norm = 0.1", "mini.train = 1", "run.batch = 3",
                "run.epochs = 2", "uniad.width = 64", "uniad.heads = 4", "uniad.hidden = 256", "uniad.neighbour = 9",
                "uniad.pool = 9")
    known = {"jitter.probability": "1", "uniad.weight": "1"}

    def losses(self, inputs, draws):
        own = {name.removeprefix("uniad."): value for name, value in self.w.items()}
        return {"uniad": others_uniad.trained_loss(own, inputs["joined.0"], draws, self.setting)}


class Dinomaly(Statement):
    """Gradients are not shortened to the published 0.1 here: the norm of 900 thousand numbers, summed in float32, is off by
    3e-5, which the limits of a step of Adam are too narrow for; losses are within 3e-6 with it too."""

    line = "clip noisy lineardecoder loose"
    settings = ("optimiser.rate = 0.002", "optimiser.decay = 1e-4", "optimiser.decoupled = yes", "optimiser.eps = 1e-10",
                "optimiser.warmup = 4", "run.batch = 16", "loose.rising = 6")
    known = {"loose.weight": "1"}

    def __init__(self, trace, dtype):
        super().__init__(trace, dtype)
        self.step = 0  # the buffer loose.step

    def part(self, prefix):
        return {name[len(prefix) :]: value for name, value in self.w.items() if name.startswith(prefix)}

    def losses(self, inputs, draws):
        """What the encoder alone decides is added once for the whole run: the trace has the sum of all layers, and of each
        group of several."""
        features = [inputs[name] / 2 for name in inputs if name.startswith("loose:add:")]
        features.append(inputs["teacher.2"][:, 1:])
        fused = next(inputs[name] / 3 for name in inputs if name.startswith("noisy:add:"))
        masks = [draws[name] for name in sorted(draws) if name.startswith("noisy:dropout:")]
        p, c = self.setting("noisy.dropout", 0.2), fused.shape[2]
        bottleneck = others_dinomaly.noisy(self.part("noisy."), [fused], lambda i, x: x * masks[i] / (1 - p))
        students = others_dinomaly.decoder(bottleneck, [self.part(f"lineardecoder.{i}.") for i in range(3)],
                                           self.setting("lineardecoder.heads", 0) or c // 32)
        easy = others_dinomaly.easy_share(self.step, self.setting("loose.easy", 0.9), self.setting("loose.rising", 1000))
        self.step += 1
        decoded = others_dinomaly.grouped(students, self.setting("loose.groups", 2))
        loss, _ = others_dinomaly.loose_loss(features, decoded, easy, self.setting("loose.factor", 0.1))
        return {"loose": loss}


METHODS = {"rd4ad": Rd4ad, "uniad": Uniad, "dinomaly": Dinomaly}


class OthersTrace(Trace):
    def weights(self, step):
        """As in force: they are each method's own."""
        return {name: value.item() for name, value in self.part(f"{step}/weight/").items()}


def make_trace(name, method, sets, path):
    with tempfile.TemporaryDirectory() as folder:
        experiment = pathlib.Path(folder) / "others.ini"
        experiment.write_text("\n".join([f"base = {ROOT}/experiments/cnc.ini", f"[row {name}]", f"model = {method.line}",
                                         *method.settings]))
        write_trace(experiment, name, sets, STEPS, path)
    return OthersTrace(path, method.known)


def play(method, trace, k, dtype):
    return method.losses(trace.part(f"{k}/input/", dtype), trace.part(f"{k}/draw/", dtype))


def main():
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("method", nargs="*", help="all without it")
    ask.add_argument("--keep", metavar="DIR", help="where the traces stay")
    ask.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE", help="lay this over every line")
    given = ask.parse_args()
    report = OthersReport()
    with tempfile.TemporaryDirectory() as folder:
        where = pathlib.Path(given.keep or folder).resolve()
        where.mkdir(parents=True, exist_ok=True)
        for name in given.method or METHODS:
            path = where / f"{name}.safetensors"
            report.add(name, measure(make_trace(name, METHODS[name], given.set, path), METHODS[name], play))
            if not given.keep:
                path.unlink()
    report.print(STEPS, given.set, sys.argv[1:])
    sys.exit(1 if report.missed() else 0)


if __name__ == "__main__":
    main()
