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
from safetensors.torch import load_file, save_file

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from clip_towers import ablate_features, difference, write_table  # noqa: E402

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


def load_model(name, folder):
    model = empty_model(name)
    model.load_state_dict({key: value.float() for key, value in load_file(os.path.join(folder, WEIGHTS)).items()},
                          assign=True)
    length = model.positional_embedding.shape[0]
    model.attn_mask = torch.full((length, length), float("-inf")).triu_(1)
    return model


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
        block = max(block, difference(got["block"][f"teacher.{i}"], theirs))
        joint = max(joint, difference(got["joint"][f"teacher.{i}"], model.visual.ln_post(theirs) @ model.visual.proj))
    return [block, joint, difference(got["joint"]["text.feature.0"], model.encode_text(ids))]


def words(config, text):
    width, heads = config["width"], config["heads"] if text else config["width"] // config["head_width"]
    return f"{width}, {config['layers']}, {heads}, {int(width * config.get('mlp_ratio', 4))}"


def measure(program, name):
    ids = open_clip.get_tokenizer("ViT-B-32")(["damaged object"])
    short = ids[0, : int(ids[0].argmax()) + 1].tolist()
    with tempfile.TemporaryDirectory() as folder:
        # in a process of its own, which gives all its memory back
        subprocess.run([sys.executable, os.path.abspath(__file__), "--write", name, folder], check=True)
        got = {space: ablate_features(program, f"[clip]\narch = {arch}\nweights = {os.path.join(folder, WEIGHTS)}\n"
                                      f"space = {space}\n", SIZE, short, folder, "--device", "cpu")
               for arch, space in ((ENCODERS[name], "block"), ("any", "joint"))}
        differences = compare(name, folder, got, ids)
    config, count = open_clip.get_model_config(name), sum(p.numel() for p in empty_model(name).parameters())
    activation = "quickgelu" if config.get("quick_gelu") else "gelu"
    return [ENCODERS[name], f"{count / 1e9:.2f} G", words(config["vision_cfg"], False), words(config["text_cfg"], True),
            activation] + differences


def main():
    torch.set_grad_enabled(False)
    if sys.argv[1] == "--write":
        write(sys.argv[2], sys.argv[3])
        return
    program, table, names = os.path.join(sys.argv[1], "ablate"), sys.argv[2], sys.argv[3:] or list(ENCODERS)
    worst = 0.0
    for name in names:
        row = measure(program, name)
        write_table(table, INTRODUCTION, TITLE, list(ENCODERS.values()), [row], [row[0]])
        worst = max([worst] + row[-3:])
        mine, theirs = (resource.getrusage(of).ru_maxrss / 2**20 for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"{name}: {row[-3:]}; peak memory: here {mine:.1f} GiB, the programs it started {theirs:.1f} GiB", flush=True)
    sys.exit(not worst <= BOUND)


if __name__ == "__main__":
    main()
