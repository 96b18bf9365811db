#!/usr/bin/env python3
"""open_clip's large encoders, whose towers have heads of different widths, at full size with random weights, read by
`ablate features` with open_clip's configuration beside them, against open_clip in float32.

    python3 tests/golden/compare_large_clip.py BUILD TABLE.md [ENCODER...]   # build results/towers_full_size.md ViT-H-14

One program at a time; the largest needs some 11 GB of memory and 5 GB in the folder for temporary files. Each program
gets the very numbers that `ablate` made of the picture. The table's rows of the encoders named (all, if none is) are
measured again, the others kept; the exit status is 1 if a difference is not within the bound.
Made with Python 3.11.7, PyTorch 2.11.0, open_clip 3.3.0, safetensors 0.8.0, seed 11.
"""
import json
import os
import resource
import subprocess
import sys
import tempfile

import numpy as np
import open_clip
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

BOUND = 1e-4
ENCODERS = {"ViT-H-14": "ViT-H/14", "ViT-g-14": "ViT-g/14", "ViT-bigG-14": "ViT-bigG/14"}
SIZE, WEIGHTS = 224, "open_clip_model.safetensors"
TITLE = ["encoder", "parameters", "picture tower: width, layers, heads, hidden", "text tower", "activation",
         "block, clip.arch by name", "joint, clip.arch = any", "text"]
INTRODUCTION = f"""# Large encoders at full size against open_clip

Encoders of open_clip's sizes, whole, with random weights in float16 and open_clip_config.json beside them, read by
`ablate features` and computed in float32 by both programs, for one picture of {SIZE} pixels. A number is the largest
difference over all tokens of the three layers (thirds of the depth), by the largest magnitude; `block`, a block's output;
`joint`, after ln_post and projection; `text`, the feature of "damaged object". The bound is {BOUND:g}. The heads of
clip.arch = any are those of the configuration.

    python3 tests/golden/compare_large_clip.py build results/towers_full_size.md

"""


def empty_model(name):
    with torch.device("meta"):
        return open_clip.model.CLIP(**open_clip.get_model_config(name)).eval()


def draw(name, shape):
    if "ln_" in name or name.endswith("bias"):
        return 0.05 * torch.randn(shape) + (1.0 if name.endswith("weight") else 0.0)
    if "embedding" in name or len(shape) == 0:
        return 0.3 * torch.randn(shape)
    rows_first = name.endswith("proj") or name.endswith("projection")  # x @ W
    return torch.randn(shape) * float(shape[0] if rows_first else np.prod(shape[1:])) ** -0.5


def write(name, folder):
    torch.manual_seed(11)
    state = {key: draw(key, tuple(value.shape)).half() for key, value in empty_model(name).state_dict().items()}
    save_file(state, os.path.join(folder, WEIGHTS))
    with open(os.path.join(folder, "open_clip_config.json"), "w", encoding="ascii") as f:
        json.dump({"model_cfg": open_clip.get_model_config(name)}, f)


def run_ablate(program, folder, arch, space, ids):
    row, picture, out = (os.path.join(folder, f) for f in ("row.ini", "picture.png", "out.safetensors"))
    Image.fromarray(np.random.default_rng(SIZE).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)).save(picture)
    with open(row, "w", encoding="ascii") as f:
        f.write(f"[row image]\nmodel = clip\n[input]\nsize = {SIZE}\n[clip]\narch = {arch}\n"
                f"weights = {os.path.join(folder, WEIGHTS)}\nspace = {space}\n")
    tokens = ",".join(str(i) for i in ids + [len(ids) - 1])
    subprocess.run([program, "features", row, "-p", picture, "-o", out, "-i", f"tokens={tokens}", "--device", "cpu"],
                   check=True, stdout=subprocess.DEVNULL)
    return load_file(out)


def load_model(name, folder):
    model = empty_model(name)
    model.load_state_dict({key: value.float() for key, value in load_file(os.path.join(folder, WEIGHTS)).items()},
                          assign=True)
    length = model.positional_embedding.shape[0]
    model.attn_mask = torch.full((length, length), float("-inf")).triu_(1)
    return model


def off(a, b):
    assert a.shape == b.shape and torch.isfinite(a).all() and torch.isfinite(b).all()
    return float((a - b).abs().max() / b.abs().max())


def compare(name, folder, got, ids):
    """[block, joint, text]: largest differences."""
    model = load_model(name, folder)
    depth = len(model.visual.transformer.resblocks)
    layers = [depth * third // 3 - 1 for third in (1, 2, 3)]
    found = model.visual.forward_intermediates(got["block"]["image.0"], indices=layers, output_fmt="NLC",
                                               output_extra_tokens=True)
    block = joint = 0.0
    for i in range(3):
        theirs = torch.cat([found["image_intermediates_prefix"][i], found["image_intermediates"][i]], 1)
        block = max(block, off(got["block"][f"teacher.{i}"], theirs))
        joint = max(joint, off(got["joint"][f"teacher.{i}"], model.visual.ln_post(theirs) @ model.visual.proj))
    return [block, joint, off(got["joint"]["text.feature.0"], model.encode_text(ids))]


def words(config, text):
    width, heads = config["width"], config["heads"] if text else config["width"] // config["head_width"]
    return f"{width}, {config['layers']}, {heads}, {int(width * config.get('mlp_ratio', 4))}"


def measure(program, name):
    ids = open_clip.get_tokenizer("ViT-B-32")(["damaged object"])
    short = ids[0, : int(ids[0].argmax()) + 1].tolist()
    with tempfile.TemporaryDirectory() as folder:
        # in a process of its own, which gives all its memory back
        subprocess.run([sys.executable, os.path.abspath(__file__), "--write", name, folder], check=True)
        got = {"block": run_ablate(program, folder, ENCODERS[name], "block", short),
               "joint": run_ablate(program, folder, "any", "joint", short)}
        differences = compare(name, folder, got, ids)
    config, count = open_clip.get_model_config(name), sum(p.numel() for p in empty_model(name).parameters())
    activation = "quickgelu" if config.get("quick_gelu") else "gelu"
    return [ENCODERS[name], f"{count / 1e9:.2f} G", words(config["vision_cfg"], False), words(config["text_cfg"], True),
            activation] + differences


def write_table(path, row):
    kept = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            kept = [line for line in f if line.startswith("| ViT-") and line.split("|")[1].strip() != row[0]]
    kept.append("| " + " | ".join(f"{v:.1e}" if isinstance(v, float) else str(v) for v in row) + " |\n")
    order = list(ENCODERS.values())
    kept.sort(key=lambda line: order.index(line.split("|")[1].strip()))
    with open(path, "w", encoding="utf-8") as f:
        f.write(INTRODUCTION + "| " + " | ".join(TITLE) + " |\n|" + "---|" * len(TITLE) + "\n" + "".join(kept))


def main():
    torch.set_grad_enabled(False)
    if sys.argv[1] == "--write":
        write(sys.argv[2], sys.argv[3])
        return
    program, table, names = os.path.join(sys.argv[1], "ablate"), sys.argv[2], sys.argv[3:] or list(ENCODERS)
    worst = 0.0
    for name in names:
        row = measure(program, name)
        write_table(table, row)
        worst = max([worst] + row[-3:])
        mine, theirs = (resource.getrusage(of).ru_maxrss / 2**20 for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"{name}: {row[-3:]}; peak memory: here {mine:.1f} GiB, the programs it started {theirs:.1f} GiB", flush=True)
    sys.exit(not worst <= BOUND)


if __name__ == "__main__":
    main()
