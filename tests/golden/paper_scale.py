#!/usr/bin/env python3
"""The paper's scale on this machine: a whole run of Table 2's row vii with an encoder of the size of ViT-L/14@336px, by
phase, and its training step beside PyTorch's with the same features of the same pictures.

    python3 tests/golden/make_random_clip.py clip.pt
    make all build/tests/bench_step
    python3 tests/golden/paper_scale.py build clip.pt folder:PICTURES results/paper_scale.md

The forms of the step are those of step_torch.py: `tuned` has cached features (it reads the file in cache/ that the
kit's benchmark wrote), prompts that end at their end token and fused Adam; `eager` passes pictures through the image
tower in every step (random ones, whose contents cost no time) and prompts through all 77 positions. Nothing else may
run on the machine meanwhile; with 80 pictures it takes four minutes and 5 GB of memory.
Written with Python 3.11.7, PyTorch 2.11.0.
"""
import argparse
import os
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import tempfile

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import step_torch as yard  # noqa: E402

WIDTH, HEADS, GRID, TAKEN = 768, 12, 16, (8, 16, 24)
IMAGE_WIDTH, IMAGE_HEADS = 1024, 16
TOKENS = 1 + GRID**2
WORDS = {"<start>": 49406, "<end>": 49407, "<pad>": 0, "object": 14115, "damaged": 13568}
RUN_STEPS, ROUNDS, KIT_STEPS = 50, 2, 15
HEADER, RECORD = "<8sIIq32sI4x", 64  # of core/data/cache.c


class Vocabulary:
    @staticmethod
    def index(word):
        return WORDS[word]


def set_sizes(width, heads):
    """What the classes of step_torch.py are made with."""
    yard.WIDTH, yard.HEADS, yard.TAKEN = width, heads, TAKEN
    yard.PATCH, yard.SIZE, yard.IMAGE_LAYERS, yard.TEXT_LAYERS = 14, 14 * GRID, 24, 12


def read_rows(folder):
    """The newest file of features of the right size in the cache: (pictures, layers, tokens, channels)."""
    numbers = len(TAKEN) * TOKENS * WIDTH
    for path in sorted(folder.glob("*.rows"), key=os.path.getmtime, reverse=True):
        raw = np.memmap(path, np.uint8, "r")
        magic, version, start, found, _, size = struct.unpack(HEADER, raw[: struct.calcsize(HEADER)].tobytes())
        if (magic, version, found, size) == (b"ABLROWS\0", 2, numbers, 4):
            records = raw[start:].reshape(-1, RECORD + 4 * numbers)[:, RECORD:]
            rows = np.ascontiguousarray(records).view(np.float32)
            print(f"{path}: features of {len(rows)} pictures")
            return torch.from_numpy(rows).unflatten(1, (len(TAKEN), TOKENS, WIDTH))
    raise SystemExit(f"paper_scale.py: no file of features in float32 in {folder}")


def resampled(position):
    side = round((len(position) - 1) ** 0.5)
    rows = position[1:].unflatten(0, (side, side)).permute(2, 0, 1)[None]
    rows = F.interpolate(rows, size=(GRID, GRID), mode="bilinear", align_corners=False)
    return torch.cat([position[:1], rows[0].flatten(1).T])


def load_towers(path):
    state = {name: value.float() for name, value in torch.jit.load(path, map_location="cpu").state_dict().items()}
    set_sizes(IMAGE_WIDTH, IMAGE_HEADS)
    image = yard.ImageTower()
    image.proj = nn.Parameter(torch.empty(IMAGE_WIDTH, WIDTH))
    vision = {name.removeprefix("visual."): value for name, value in state.items() if name.startswith("visual.")}
    vision["positional_embedding"] = resampled(vision["positional_embedding"])
    image.load_state_dict(vision)
    set_sizes(WIDTH, HEADS)
    text = yard.TextTower(len(state["token_embedding.weight"]), len(state["positional_embedding"]))
    text.load_state_dict({name: state[name] for name in text.state_dict()})
    return image.requires_grad_(False), text.requires_grad_(False)


def make_tuned(text, features):
    torch.manual_seed(yard.SEED)
    method = yard.Method(text, Vocabulary, length=yard.TO_END)
    return yard.Trainer(method, lambda rows: features[rows], fused=True)


def make_eager(image, text):
    pictures = yard.make_pictures()

    @torch.no_grad()
    def teacher(rows):
        return image(pictures[rows])

    torch.manual_seed(yard.SEED)
    return yard.Trainer(yard.Method(text, Vocabulary, length=len(text.positional_embedding)), teacher, fused=None)


def time_steps(trainer, warm_up, steps):
    yard.WARM_UP, yard.STEPS = warm_up, steps
    return trainer.time_steps()


# ---- the kit ----


def found(pattern, text):
    match = re.search(pattern, text, re.MULTILINE)
    if not match:
        raise SystemExit(f"paper_scale.py: the kit printed nothing like '{pattern}':\n{text}")
    return match.groups()


def call(*arguments):
    done = subprocess.run(arguments, cwd=yard.ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise SystemExit(f"paper_scale.py: {arguments[0]} failed:\n{done.stdout}")
    return done.stdout


def run_whole(build, settings):
    """Nothing is cached before. What the run prints, and FLOPs of a picture's features."""
    sets = [word for setting in settings for word in ("--set", setting)]
    common = ["ablations/table2.ini", "--scale", "paper", "--row", "vii", *sets]
    graph = call(build / "ablate", "graph", *common)
    with tempfile.TemporaryDirectory() as folder:
        text = call(build / "ablate", "run", *common, "--steps", str(RUN_STEPS), "--out", folder, "--cache",
                    os.path.join(folder, "cache"))
    print(text, flush=True)
    return text, 1e6 * float(found(r"^computed a picture: +([0-9.]+) MFLOP", graph)[0]) / yard.BATCH


def run_step(build, settings):
    """Milliseconds, GFLOP and the machine's peak in GFLOP/s."""
    text = call(build / "tests/bench_step", "vii", "paper", str(KIT_STEPS), *settings)
    milliseconds, flops = found(r"^row vii +([0-9.]+) ms a step +([0-9.]+) GFLOP", text)
    peak = found(r"^GEMM peak ([0-9.]+) GFLOP/s", text)[0]
    print(f"ours {milliseconds} ms, GEMM peak {peak} GFLOP/s", flush=True)
    return float(milliseconds), float(flops), float(peak)


# ---- the table ----


def phase_rows(text, picture_flops, peak):
    pictures = int(found(r"features of (\d+) pictures computed", text)[0])
    step = float(found(r"steps of ([0-9.]+) GFLOP", text)[0])
    floors = {"features": picture_flops * pictures / 1e9 / peak, "training": RUN_STEPS * step / peak}
    what = {"features": f"{pictures} pictures", "training": f"{RUN_STEPS} steps"}
    for name in ("rest", "pictures", "features", "training", "scoring", "metrics", "together"):
        seconds, memory = found(rf"^{name} +([0-9.]+) s +[0-9.]+ % +(\d+) MiB", text)
        floor = floors.get(name)
        share = [f"{floor:.1f}", f"{100 * floor / float(seconds):.0f} %"] if floor else ["", ""]
        yield [name, what.get(name, ""), seconds, *share, memory]


def step_rows(spent, ours):
    own = statistics.median(step[0] for step in ours)
    shares = [100 * flops / (milliseconds / 1e3) / peak for milliseconds, flops, peak in ours]
    yield ["ablate", f"{own:.0f}", f"{min(step[0] for step in ours):.0f}", f"{len(ours)} x {KIT_STEPS}", "1",
           f"{min(shares):.0f} to {max(shares):.0f} %"]
    for name, times in spent.items():
        yield [f"PyTorch, {name}", f"{statistics.median(times):.0f}", f"{min(times):.0f}", str(len(times)),
               f"{statistics.median(times) / own:.2f}", ""]


def table(title, rows):
    return "".join(f"| {' | '.join(row)} |\n" for row in [title, ["---"] * len(title), *rows])


def precedence():
    return "; all of it ran before other programs (chrt -r)" if os.sched_getscheduler(0) == os.SCHED_RR else ""


def write_table(path, text, picture_flops, spent, ours, loads):
    peak = statistics.median(step[2] for step in ours)
    training, test = found(r"classes, (\d+) training and (\d+) test pictures", text)
    device = found(r"^Engine: .*cpu: (.*)[.]$", text)[0]
    announced = found(r"([0-9.]+) MiB each in float32", text)[0]
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"""<!-- Written by tests/golden/paper_scale.py; do not edit. -->

# The paper's scale on {os.cpu_count()} cores

Row vii of Table 2 at scale paper: random numbers in the form of OpenAI's ViT-L/14@336px (float16, TorchScript),
pictures of 224 x 224, batch 8; {training} training and {test} test photographs. The numbers say what a run costs, and
nothing about the method. {device}; GEMM peak {peak:.0f} GFLOP/s, measured between the runs;
floor: FLOPs by that peak. Load average before, {loads[0]}; after, {loads[1]}{precedence()}.

    python3 tests/golden/make_random_clip.py clip.pt
    make all build/tests/bench_step
    python3 tests/golden/paper_scale.py build clip.pt folder:PICTURES results/paper_scale.md

## From the files to the metrics

A picture's features are {picture_flops / 1e9:.0f} GFLOP and {announced} MiB of cache in float32, half in float16.

""")
        f.write(table(["phase", "of", "s", "floor, s", "share of the peak", "memory at most, MiB"],
                      phase_rows(text, picture_flops, peak)))
        f.write(f"""
## A training step

`tuned`: the same cached features, prompts up to their end token, fused Adam; `eager`: as it is usually written, the
image tower in every step and prompts of 77 tokens. PyTorch {torch.__version__}, {torch.get_num_threads()} threads; in
turn with ablate.

""")
        f.write(table(["program", "ms, median", "ms, best", "steps", "by ablate's", "share of the peak"],
                      step_rows(spent, ours)))


def load_average():
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def measure_steps(build, settings, clip):
    ours, spent = [run_step(build, settings)], {"tuned": []}
    features = read_rows(yard.ROOT / "cache")
    image, text = load_towers(clip)
    yard.PICTURES = len(features)
    tuned = make_tuned(text, features)
    for number in range(ROUNDS):
        if number > 0:
            ours.append(run_step(build, settings))
        spent["tuned"] += time_steps(tuned, 1, 6)
        print(f"tuned {statistics.median(spent['tuned']):.1f} ms", flush=True)
    spent["eager"] = time_steps(make_eager(image, text), 1, 1)
    print(f"eager {spent['eager'][0]:.1f} ms, {tuned.parameters} trained parameters", flush=True)
    return ours, spent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path, help="where make put the kit")
    parser.add_argument("clip", help="made by make_random_clip.py")
    parser.add_argument("data", help="folder:PATH")
    parser.add_argument("table", help="to be written")
    options = parser.parse_args()
    torch.set_num_threads(os.cpu_count())
    loads, build = [load_average()], options.build.resolve()
    os.environ["ABLATE_LIBRARY"] = str(build)
    settings = [f"run.data={options.data}", f"clip.weights={os.path.abspath(options.clip)}"]
    text, picture_flops = run_whole(build, settings)
    ours, spent = measure_steps(build, settings, options.clip)
    loads.append(load_average())
    write_table(options.table, text, picture_flops, spent, ours, loads)


if __name__ == "__main__":
    main()
