#!/usr/bin/env python3
"""How long one training step of the full method (Table 2, row vii, scale mini) takes in PyTorch. No test: a yardstick.

    python3 tests/golden/step_torch.py                                  PyTorch alone
    make build/tests/bench_step
    python3 tests/golden/step_torch.py --ours build/tests/bench_step    beside the kit's own benchmark, in turn

The same mathematics as modules/{clip,noise,mlf,moe,decoder,cnc,distill} with the settings of experiments/cnc.ini and
experiments/scale/mini.ini, weights of modules/encoders/clip/nano.safetensors, batch 8, Adam, float32, all cores. Two forms:

    eager   as it is usually written: the frozen image tower runs in every step, prompts pass through the text tower at
            its full context, torch.optim.Adam as it comes.
    tuned   what an attentive user changes without leaving eager PyTorch: the pictures' frozen features are computed
            once, outside the timing; prompts end at their end token; Adam is fused.

Where PyTorch offers a choice, both forms have the faster one: packed projections with scaled_dot_product_attention, all
prompts in one pass, of each token's experts only its two, L_c^2 left out of the sum until its epoch (the kit multiplies
it by 0). Reading pictures is not measured: they are random (smooth noise), normalised, and lie in memory.

Measured is everything from choosing a batch to the new parameters, in each of --rounds N rounds (3) STEPS steps after
WARM_UP that do not count: median, best and mean of all steps. The kit's benchmark prints the mean of its own 60 steps;
of these means, one a round, the median is taken. A median of steps is seldom above their mean, so the ratios lean
towards PyTorch. The last line of `build/ablate graph ablations/table2.ini --row vii --scale mini` has the same number
of parameters. The losses of the first steps agree between the forms, and in kind with `losses.tsv` of a run, whose
pictures are others.

Nothing else may run on the machine meanwhile; it takes about two minutes. Written with Python 3.11.2, PyTorch 2.11.0.
"""
import argparse
import json
import math
import os
import pathlib
import re
import statistics
import struct
import subprocess
import time

import torch
import torch.nn.functional as F
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEED, WARM_UP, STEPS, SHOWN = 0, 10, 60, 5
PICTURES, BATCH, SIZE, RATE = 240, 8, 128, 0.001  # pictures: as many as `mini` trains on
WIDTH, PATCH, HEADS, IMAGE_LAYERS, TEXT_LAYERS, TAKEN = 128, 8, 4, 6, 4, (2, 4, 6)
NOISE, DROPOUT, EXPERTS, TOP, EPSILON = 0.2, 0.1, 5, 2, 1e-10
LENGTH, DEVIATION, TAU, GAMMA, THETA = 12, 0.02, 0.001, 0.1, 5
TO_END = 1 + LENGTH + 3  # <start> [V_1]...[V_M] damaged object <end>
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
TERMS = "moe", "prompts", "constraint", "distill"


def read_weights(path):
    """Tensors of a safetensors file in half precision, by name, and its list of words."""
    raw = path.read_bytes()
    start = 8 + struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:start])
    words = header.pop("__metadata__")["vocabulary"].split()
    tensors = {}
    for name, entry in header.items():
        count, offset = math.prod(entry["shape"]), start + entry["data_offsets"][0]
        tensor = torch.frombuffer(bytearray(raw[offset : offset + 2 * count]), dtype=torch.float16)
        tensors[name] = tensor.float().reshape(entry["shape"])
    return tensors, words


# ---- the encoder, with OpenAI's names ----


class Attention(nn.MultiheadAttention):
    """Its parameters and their first values; forward without its copies."""

    def forward(self, x, causal):
        qkv = F.linear(x, self.in_proj_weight, self.in_proj_bias)
        q, k, v = (part.transpose(1, 2) for part in qkv.unflatten(2, (3, self.num_heads, self.head_dim)).unbind(2))
        return self.out_proj(F.scaled_dot_product_attention(q, k, v, is_causal=causal).transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        x = self.c_fc(x)
        return self.c_proj(x * torch.sigmoid(1.702 * x))


class Block(nn.Module):
    """Residual attention block (B, N, C) -> (B, N, C)."""

    def __init__(self, causal=False):
        super().__init__()
        self.ln_1, self.attn = nn.LayerNorm(WIDTH), Attention(WIDTH, HEADS)
        self.ln_2, self.mlp = nn.LayerNorm(WIDTH), FeedForward()
        self.causal = causal

    def forward(self, x):
        x = x + self.attn(self.ln_1(x), self.causal)
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, layers, causal=False):
        super().__init__()
        self.resblocks = nn.ModuleList(Block(causal) for _ in range(layers))


class ImageTower(nn.Module):
    """Pictures (B, 3, S, S) -> the taken layers' tokens in the joint space (B, 3, N, C)."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, WIDTH, PATCH, stride=PATCH, bias=False)
        self.class_embedding = nn.Parameter(torch.empty(WIDTH))
        self.positional_embedding = nn.Parameter(torch.empty(1 + (SIZE // PATCH) ** 2, WIDTH))
        self.ln_pre, self.ln_post = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.transformer = Transformer(IMAGE_LAYERS)
        self.proj = nn.Parameter(torch.empty(WIDTH, WIDTH))

    def forward(self, pictures):
        x = self.conv1(pictures).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(len(x), 1, -1), x], 1) + self.positional_embedding
        x, taken = self.ln_pre(x), []
        for number, block in enumerate(self.transformer.resblocks, 1):
            x = block(x)
            if number in TAKEN:
                taken.append(self.ln_post(x) @ self.proj)
        return torch.stack(taken, 1)


class TextTower(nn.Module):
    """Embedded tokens (P, L, C) and the places of their ends (P) -> features (P, C)."""

    def __init__(self, vocabulary, context):
        super().__init__()
        self.token_embedding = nn.Embedding(vocabulary, WIDTH)
        self.positional_embedding = nn.Parameter(torch.empty(context, WIDTH))
        self.transformer = Transformer(TEXT_LAYERS, causal=True)
        self.ln_final = nn.LayerNorm(WIDTH)
        self.text_projection = nn.Parameter(torch.empty(WIDTH, WIDTH))

    def forward(self, tokens, ends):
        x = tokens + self.positional_embedding[: tokens.shape[1]]
        for block in self.transformer.resblocks:
            x = block(x)
        return self.ln_final(x)[torch.arange(len(x)), ends] @ self.text_projection


def load_towers(weights):
    image, text = ImageTower(), TextTower(len(weights["token_embedding.weight"]), len(weights["positional_embedding"]))
    prefix = "visual."
    image.load_state_dict({k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)})
    rest = {k: v for k, v in weights.items() if not k.startswith(prefix) and k != "logit_scale"}
    text.load_state_dict(rest)
    return image.requires_grad_(False), text.requires_grad_(False)


# ---- the method ----


def noise(f):
    """Gaussian, a fifth of each token's root mean square."""
    return f + NOISE * f.square().mean(-1, keepdim=True).sqrt() * torch.randn_like(f)


class Experts(nn.Module):
    """Eq. 13-15: tokens (R, C) -> tokens (R, C) and the balance loss."""

    def __init__(self):
        super().__init__()
        self.router = nn.Linear(WIDTH, EXPERTS)
        self.expert = nn.ModuleList(
            nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH)) for _ in range(EXPERTS)
        )

    def forward(self, z):
        gates = self.router(z).softmax(-1)
        kept, chosen = gates.topk(TOP)
        mixed = torch.zeros_like(z)
        for number, expert in enumerate(self.expert):
            row, place = torch.where(chosen == number)
            mixed = mixed.index_add(0, row, kept[row, place, None] * expert(z[row]))
        importance = gates.sum(0)
        return mixed, importance.var(correction=0) / (importance.mean().square() + EPSILON)


class Prompts(nn.Module):
    """Eq. 2-3, a prompt for each layer: <start> [V_1]...[V_M] words <end>, and padding up to `length` tokens."""

    def __init__(self, text, vocabulary, words, length):
        super().__init__()
        self.learned = nn.Parameter(DEVIATION * torch.randn(len(TAKEN), LENGTH, WIDTH))
        ids = [vocabulary.index(word) for word in words.split()] + [vocabulary.index("<end>")]
        self.end = LENGTH + len(ids)
        ids += [vocabulary.index("<pad>")] * (length - 1 - self.end)
        start = torch.tensor([vocabulary.index("<start>")])
        for name, tokens in (("before", start), ("after", torch.tensor(ids))):
            self.register_buffer(name, text.token_embedding(tokens).expand(len(TAKEN), -1, -1))

    def forward(self):
        return torch.cat([self.before, self.learned, self.after], 1)


class Anchors(nn.Module):
    """Normalised text features of the prompts: (3, 2, C), for each layer g_n and g_a."""

    def __init__(self, text, vocabulary, length):
        super().__init__()
        self.text = text
        self.normal = Prompts(text, vocabulary, "object", length)
        self.abnormal = Prompts(text, vocabulary, "damaged object", length)
        self.register_buffer("ends", torch.tensor([self.normal.end, self.abnormal.end] * len(TAKEN)))

    def forward(self):
        tokens = torch.stack([self.normal(), self.abnormal()], 1).flatten(0, 1)
        return F.normalize(self.text(tokens, self.ends), dim=-1).unflatten(0, (len(TAKEN), 2))


def alignment(f, g):
    """Eq. 4 and 10 for one layer; f (B, N, C), g = g_n, g_a (2, C)."""
    logits = F.normalize(f[:, 0], dim=-1) @ g.T / TAU
    return F.cross_entropy(logits, torch.zeros(len(f), dtype=torch.long))


def control(f, g, norm):
    """lambda Psi of Eq. 5-8, (B, N, 1)."""
    alpha, beta = (f @ g.T).split(1, -1)
    return 0.5 * (1 + torch.tanh(alpha - beta)) / norm


def distance(f, decoded):
    """Eq. 9 for one layer, patches only."""
    return (1 - F.cosine_similarity(f[:, 1:].flatten(1), decoded[:, 1:].flatten(1), dim=1)).mean()


class Method(nn.Module):
    """Teacher features (B, 3, N, C) -> the four losses."""

    def __init__(self, text, vocabulary, length):
        super().__init__()
        self.mlf = nn.Sequential(nn.Linear(len(TAKEN) * WIDTH, WIDTH), nn.Dropout(DROPOUT))
        self.moe = Experts()
        self.decoder = nn.ModuleList(Block() for _ in TAKEN)
        self.cnc = Anchors(text, vocabulary, length)

    def decode(self, features):
        """Student i of teacher i, the last block being the shallowest layer's; and the balance loss."""
        fused = self.mlf(torch.cat([noise(f) for f in features], -1))
        x, balance = self.moe(fused.flatten(0, 1))
        x, student = x.view_as(fused), []
        for block in self.decoder:
            x = block(x)
            student.insert(0, x)
        return student, balance

    def forward(self, teacher):
        features = teacher.unbind(1)
        student, balance = self.decode(features)
        prompts = constraint = distill = 0
        for f, decoded, g in zip(features, student, self.cnc()):
            norm = f.norm(dim=-1, keepdim=True).clamp_min(1e-12)
            prompts = prompts + alignment(f, g)
            constraint = constraint + alignment(decoded, g)
            distill = distill + distance(f + control(f, g, norm), decoded + control(decoded, g, norm))
        return balance, prompts, constraint, distill


# ---- training ----


class Trainer:
    """A form of the method: a model, its optimiser, and where the features of a batch come from."""

    def __init__(self, model, teacher, fused):
        trained = [p for p in model.parameters() if p.requires_grad]
        self.model, self.teacher, self.step = model, teacher, 0
        self.parameters = sum(p.numel() for p in trained)
        self.optimiser = torch.optim.Adam(trained, RATE, fused=fused)

    def take_step(self):
        """The four losses before the step."""
        epoch, within = divmod(self.step, PICTURES // BATCH)
        if within == 0:
            self.order = torch.randperm(PICTURES)
        balance, prompts, constraint, distill = self.model(self.teacher(self.order[within * BATCH :][:BATCH]))
        total = balance + prompts + distill
        if epoch >= THETA:
            total = total + GAMMA * constraint
        self.optimiser.zero_grad()
        total.backward()
        self.optimiser.step()
        self.step += 1
        return balance, prompts, constraint, distill

    def time_steps(self):
        """Milliseconds of each of STEPS steps."""
        for _ in range(WARM_UP):
            self.take_step()
        spent = []
        for _ in range(STEPS):
            began = time.perf_counter()
            self.take_step()
            spent.append(1e3 * (time.perf_counter() - began))
        return spent


def make_pictures():
    """Smooth noise, normalised as pictures are."""
    colour = F.interpolate(torch.rand(PICTURES, 3, SIZE // 8, SIZE // 8), size=SIZE, mode="bicubic").clamp(0, 1)
    return (colour - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)


def make_eager(image, text, vocabulary, pictures):
    @torch.no_grad()
    def teacher(rows):
        return image(pictures[rows])

    torch.manual_seed(SEED)
    return Trainer(Method(text, vocabulary, length=len(text.positional_embedding)), teacher, fused=None)


def make_tuned(image, text, vocabulary, pictures):
    with torch.no_grad():
        features = torch.cat([image(batch) for batch in pictures.split(BATCH)])
    torch.manual_seed(SEED)
    return Trainer(Method(text, vocabulary, length=TO_END), lambda rows: features[rows], fused=True)


# ---- measuring ----


def gemm_peak():
    """GFLOP/s of the best of several large products."""
    best = 0
    for n in (1024, 2048):
        x, y, out = torch.rand(n, n), torch.rand(n, n), torch.empty(n, n)
        for _ in range(12):
            began = time.perf_counter()
            torch.mm(x, y, out=out)
            best = max(best, 2e-9 * n**3 / (time.perf_counter() - began))
    return best


def run_ours(program):
    """Milliseconds a step and GEMM peak that the kit's benchmark prints."""
    environment = {"ABLATE_LIBRARY": str(program.parents[1])} | os.environ
    text = subprocess.run([program, "vii"], cwd=ROOT, env=environment, check=True, text=True, stdout=subprocess.PIPE)
    step = re.search(r"^row vii +([0-9.]+) ms a step", text.stdout, re.MULTILINE)
    peak = re.search(r"^GEMM peak ([0-9.]+) GFLOP/s", text.stdout, re.MULTILINE)
    if not step or not peak:
        raise SystemExit(f"step_torch.py: {program} printed no 'row vii' or no 'GEMM peak':\n{text.stdout}")
    return float(step[1]), float(peak[1])


def show_first_steps(name, trainer):
    print(f"\n{name}: {trainer.parameters} trained parameters; losses of the first steps\n  step", end="")
    print("".join(f"{term:>12}" for term in TERMS))
    for step in range(1, SHOWN + 1):
        print(f"  {step:4}" + "".join(f"{term.item():12.6f}" for term in trainer.take_step()), flush=True)


def measure(trainers, program, rounds):
    """Milliseconds of every step by form, and those that our benchmark printed, taken in turn."""
    spent, ours = {name: [] for name in trainers}, []
    for number in range(1, rounds + 1):
        said = [f"round {number}:"]
        if program:
            milliseconds, peak = run_ours(program)
            ours.append(milliseconds)
            said.append(f"ours {milliseconds:.1f} ms (its GEMM peak {peak:.1f} GFLOP/s)")
        for name, trainer in trainers.items():
            times = trainer.time_steps()
            spent[name] += times
            said.append(f"{name} {statistics.median(times):.1f} ms")
        print("  ".join(said), flush=True)
    return spent, ours


def show_result(spent, ours):
    print(f"\n{'ms a step':10}{'median':>9}{'best':>9}{'mean':>9}")
    for name, times in spent.items():
        print(f"{name:10}{statistics.median(times):9.2f}{min(times):9.2f}{statistics.mean(times):9.2f}")
    if ours:
        own = statistics.median(ours)
        print(f"{'ours':10}{own:9.2f}{min(ours):9.2f}{statistics.mean(ours):9.2f}   of {len(ours)} rounds' means")
        for name, times in spent.items():
            print(f"{name} / ours = {statistics.median(times) / own:.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", metavar="PROGRAM", type=pathlib.Path, help="the kit's benchmark, built by make")
    parser.add_argument("--rounds", metavar="N", type=int, default=3, help="how often each is measured (3)")
    options = parser.parse_args()
    program = options.ours
    if program and not program.is_file():
        parser.error(f"{program} is no file; build it: make build/tests/bench_step")
    torch.set_num_threads(os.cpu_count())
    print(f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads")
    print(f"GEMM peak in torch {gemm_peak():.1f} GFLOP/s", flush=True)

    weights, vocabulary = read_weights(ROOT / "modules/encoders/clip/nano.safetensors")
    image, text = load_towers(weights)
    torch.manual_seed(SEED)
    given = image, text, vocabulary, make_pictures()
    trainers = {"eager": make_eager(*given), "tuned": make_tuned(*given)}
    for name, trainer in trainers.items():
        torch.manual_seed(SEED)
        show_first_steps(name, trainer)
    print()
    spent, ours = measure(trainers, program.resolve() if program else None, options.rounds)
    show_result(spent, ours)
    print(f"GEMM peak in torch afterwards {gemm_peak():.1f} GFLOP/s")


if __name__ == "__main__":
    main()
