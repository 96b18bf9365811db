#!/usr/bin/env python3
"""How long a training step of the full method at the paper's scale takes in PyTorch on a GPU. No test: a yardstick for
`make bench-gpu`, to be run on the same GPU right after it.

    python3 tests/golden/gpu_scale.py                   on the GPU; Markdown on standard output
    python3 tests/golden/gpu_scale.py --device cpu --steps 2 --batch 2      to see that it runs

The method is that of step_torch.py (its classes, with the widths of ViT-L/14@336px and random numbers for weights and
features, whose values cost no time): cached features on the GPU, prompts that end at their end token, fused Adam. Forms:

    eager     as step_torch.py's `tuned`: each expert takes the rows that chose it, whose number the host must ask for
    compiled  torch.compile(mode="max-autotune") around forward and losses, with CUDA graphs. Shapes must not depend on
              numbers then, so that every expert takes every row and gates that were not chosen are zero: 5 / 2 of the
              experts' products. Where it is faster without, see `eager`.

Precisions: float32 with TF32 off; tf32; bf16, autocast with float32 weights. Measured: everything from choosing a batch to
the new parameters, in --rounds rounds of --steps steps after 20 that do not count, the GPU waited for at the end of each
round. Written with Python 3.11.7, PyTorch 2.11.0.
"""
import argparse
import contextlib
import os
import statistics
import sys
import time

import torch
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import step_torch as yard  # noqa: E402

WIDTH, HEADS, TAKEN, TOKENS, TEXT_LAYERS, CONTEXT = 768, 12, (8, 16, 24), 257, 12, 77
PICTURES, WARM_UP = 240, 20
WORDS = {"<start>": 1, "<end>": 2, "<pad>": 0, "object": 3, "damaged": 4}  # the embedding is random; its size costs nothing


class Vocabulary:
    @staticmethod
    def index(word):
        return WORDS[word]


class DenseExperts(yard.Experts):
    """Every expert on every row; the gates choose."""

    def forward(self, z):
        gates = self.router(z).softmax(-1)
        kept, chosen = gates.topk(yard.TOP)
        weights = torch.zeros_like(gates).scatter(1, chosen, kept)
        mixed = sum(weights[:, i, None] * expert(z) for i, expert in enumerate(self.expert))
        importance = gates.sum(0)
        return mixed, importance.var(correction=0) / (importance.mean().square() + yard.EPSILON)


def set_sizes(batch):
    yard.WIDTH, yard.HEADS, yard.TAKEN, yard.TEXT_LAYERS = WIDTH, HEADS, TAKEN, TEXT_LAYERS
    yard.PICTURES, yard.BATCH = PICTURES, batch


def make_method(dense):
    torch.manual_seed(yard.SEED)
    text = yard.TextTower(len(WORDS), CONTEXT)
    nn.init.normal_(text.positional_embedding, std=0.01)
    nn.init.normal_(text.text_projection, std=WIDTH**-0.5)
    text.requires_grad_(False)
    method = yard.Method(text, Vocabulary, length=yard.TO_END)
    if dense:
        method.moe = DenseExperts()
    return method


class Trainer:
    """One form in one precision; `theta` epochs are over, so that every loss counts."""

    def __init__(self, features, compiled, precision):
        self.features, self.step, self.cast = features, 0, precision == "bf16"
        self.method = make_method(compiled).to(features.device)
        self.method.cnc.ends = self.method.cnc.ends.to(features.device)
        trained = [p for p in self.method.parameters() if p.requires_grad]
        self.optimiser = torch.optim.Adam(trained, yard.RATE, fused=True)
        self.total = torch.compile(self.losses, mode="max-autotune") if compiled else self.losses

    def losses(self, batch):
        balance, prompts, constraint, distill = self.method(batch)
        return balance + prompts + distill + yard.GAMMA * constraint

    def take_step(self):
        within = self.step % (PICTURES // yard.BATCH)
        if within == 0:
            self.order = torch.randperm(PICTURES, device=self.features.device)
        rows = self.order[within * yard.BATCH :][: yard.BATCH]
        cast = torch.autocast(self.features.device.type, torch.bfloat16) if self.cast else contextlib.nullcontext()
        with cast:
            total = self.total(self.features[rows])
        self.optimiser.zero_grad()
        total.backward()
        self.optimiser.step()
        self.step += 1


def wait(device):
    if device.type == "cuda":
        torch.cuda.synchronize()


def time_rounds(trainer, rounds, steps):
    """Milliseconds a step of each round."""
    device, spent = trainer.features.device, []
    for _ in range(min(WARM_UP, steps)):
        trainer.take_step()
    for _ in range(rounds):
        wait(device)
        began = time.perf_counter()
        for _ in range(steps):
            trainer.take_step()
        wait(device)
        spent.append(1e3 * (time.perf_counter() - began) / steps)
    return spent


def set_precision(precision):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = precision == "tf32"


def anchor_targets(device):
    """step_torch.py makes its targets on the CPU."""
    def alignment(f, g):
        logits = torch.nn.functional.normalize(f[:, 0], dim=-1) @ g.T / yard.TAU
        return torch.nn.functional.cross_entropy(logits, torch.zeros(len(f), dtype=torch.long, device=device))

    yard.alignment = alignment


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--steps", type=int, default=100, help="of a round (100)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--forms", nargs="+", default=["eager", "compiled"])
    options = parser.parse_args()
    device = torch.device(options.device)
    set_sizes(options.batch)
    anchor_targets(device)
    features = torch.randn(PICTURES, len(TAKEN), TOKENS, WIDTH, device=device)
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    print(f"\n## PyTorch {torch.__version__} on the same step\n\n{name}, batch {options.batch}, row vii's sizes at scale "
          f"paper; {options.rounds} rounds of {options.steps} steps.\n\n| form | precision | ms a step, median | best |")
    print("|---|---|---|---|")
    for form in options.forms:
        for precision in ("float32", "tf32", "bf16"):
            set_precision(precision)
            spent = time_rounds(Trainer(features, form == "compiled", precision), options.rounds, options.steps)
            print(f"| {form} | {precision} | {statistics.median(spent):.3f} | {min(spent):.3f} |", flush=True)


if __name__ == "__main__":
    main()
