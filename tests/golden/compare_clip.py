#!/usr/bin/env python3
"""Encoders of the released sizes with random weights, read from published forms by `ablate features`, against
open_clip and transformers in float32: all tokens of three layers, and a text's feature.

    python3 tests/golden/compare_clip.py BUILD TABLE.md [ENCODER...]     # build results/clip_towers.md ViT-B/32

Needs some 5 GB of memory, one program at a time, and 2 GB in the folder for temporary files. Each program gets the
very numbers that `ablate` made of the picture, and the whole 77 positions of the text, of which `ablate` computes those up to the end. The table's
rows of the encoders named (all, if none is) are measured again, the others kept; the exit status is 1 if a difference
is not within the bound.
Made with Python 3.11.7, PyTorch 2.11.0, open_clip 3.3.0, transformers 5.24.0, safetensors 0.8.0, seed 11.
"""
import gc
import os
import resource
import subprocess
import sys
import tempfile

import open_clip
import torch
from huggingface_hub import save_torch_state_dict
from transformers import CLIPConfig, CLIPModel

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openai_archive  # noqa: E402
from clip_towers import ablate_features, difference, write_table  # noqa: E402
from make_clip_files import resampled  # noqa: E402

BOUND = 1e-4
SIZES = (128, 224, 256, 512)
# patch, image size, width, layers, joint space, text width; the form in which it is written
ENCODERS = {
    "ViT-B/32": (32, 224, 768, 12, 512, 512, "OpenAI's .pt"),
    "ViT-B/16": (16, 224, 768, 12, 512, 512, "Hugging Face's folder, safetensors in parts"),
    "ViT-L/14": (14, 224, 1024, 24, 768, 768, "open_clip's checkpoint, .pt"),
    "ViT-L/14@336px": (14, 336, 1024, 24, 768, 768, "OpenAI's .pt"),
}
TITLE = ["encoder", "form", "pixels", "tokens", "block, open_clip", "block, transformers", "joint, open_clip",
         "joint, transformers", "text, open_clip", "text, transformers"]
INTRODUCTION = f"""# The encoder's towers against open_clip and transformers

Encoders of the released sizes with random weights, rounded to float16 as the released files are, written in a published
form, read by `ablate features` and computed in float32 by all three programs. A number is the largest difference over
all tokens of the three layers (thirds of the depth), by the largest magnitude; `block`, a block's output; `joint`, after
ln_post and projection; `text`, the feature of "damaged object". The bound is {BOUND:g}. Where the patch does not divide
the pixels, what is left at the right and lower edge is not looked at, as in CLIP's convolution.

    python3 tests/golden/compare_clip.py build results/clip_towers.md

"""


def build_open_clip(name):
    patch, size, width, layers, embed, text_width, _ = ENCODERS[name]
    torch.manual_seed(11)
    model = open_clip.model.CLIP(
        embed_dim=embed, quick_gelu=True,
        vision_cfg=open_clip.CLIPVisionCfg(layers=layers, width=width, head_width=64, patch_size=patch, image_size=size),
        text_cfg=open_clip.CLIPTextCfg(width=text_width, heads=text_width // 64, layers=12)).eval()
    for p in model.parameters():  # norms and biases begin as ones and zeros, which would hide mistakes
        p.data = (p.data + 0.05 * torch.randn(p.shape) if p.dim() == 1 else p.data).half().float()
    return model


def build_huggingface(name, state):
    patch, size, width, layers, embed, text_width, _ = ENCODERS[name]
    text = {"hidden_size": text_width, "intermediate_size": 4 * text_width, "num_hidden_layers": 12,
            "num_attention_heads": text_width // 64, "projection_dim": embed, "eos_token_id": 49407}
    vision = {"hidden_size": width, "intermediate_size": 4 * width, "num_hidden_layers": layers, "patch_size": patch,
              "num_attention_heads": width // 64, "image_size": size, "projection_dim": embed}
    with torch.device("meta"):
        model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=embed))
    model.load_state_dict(openai_archive.to_huggingface(state), assign=True)
    for tower in (model.text_model, model.vision_model):
        ids = tower.embeddings.position_ids
        tower.embeddings.position_ids = torch.arange(ids.shape[-1])[None]
    return model.eval()


def write_form(name, folder):
    form, path = ENCODERS[name][-1], os.path.join(folder, "clip.pt")
    state = {n: v.detach() for n, v in build_open_clip(name).state_dict().items()}
    if form.startswith("OpenAI"):
        openai_archive.write(state, path)
    elif form.startswith("open_clip"):
        torch.save({"epoch": 1, "state_dict": {f"module.{n}": v.half() for n, v in state.items()}}, path)
    else:
        half = {n: v.half().contiguous() for n, v in openai_archive.to_huggingface(state).items()}
        save_torch_state_dict(half, folder, max_shard_size="200MB")


def features_of_ablate(program, name, ids, folder):
    got, file = {}, os.path.join(folder, "clip.pt")
    weights = file if os.path.exists(file) else folder
    for size in SIZES:
        for space in ("block", "joint"):
            out = ablate_features(program, f"statistics = openai\n[clip]\narch = {name}\nweights = {weights}\n"
                                  f"space = {space}\n", size, ids, folder)
            got[size, space] = [out[f"teacher.{i}"] for i in range(3)]
        got[size, "image"], got["text"] = out["image.0"], out["text.feature.0"]
    return got


def features_of(kind, model, name, position, got):
    """The same of one of the others, for the pictures in `got`."""
    layers = [ENCODERS[name][3] * third // 3 for third in (1, 2, 3)]
    of, out = getattr(openai_archive, kind + "_features"), {}
    for size in SIZES:
        fitted = resampled(position, size // ENCODERS[name][0], "bilinear")
        found = of(model, got[size, "image"], fitted, layers)
        for space in ("block", "joint"):
            out[size, space] = [found[layer][space] for layer in layers]
    return out


def differences(got, other):
    out = {key: max(difference(a, b) for a, b in zip(got[key], value)) for key, value in other.items() if key != "text"}
    return dict(out, text=difference(got["text"], other["text"]))


def measure(program, name):
    ids = open_clip.get_tokenizer("ViT-B-32")(["damaged object"])
    short = ids[0, : int(ids[0].argmax()) + 1].tolist()
    with tempfile.TemporaryDirectory() as folder:
        # in a process of its own, which gives all its memory back; the seed makes the same model here
        subprocess.run([sys.executable, os.path.abspath(__file__), "--write", name, folder], check=True)
        got = features_of_ablate(program, name, short, folder)
    model = build_open_clip(name)
    state = {n: v.detach() for n, v in model.state_dict().items()}
    position = state["visual.positional_embedding"].clone()
    others = []
    other = dict(features_of("open_clip", model, name, position, got), text=model.encode_text(ids))
    others.append(differences(got, other))
    del model
    model = build_huggingface(name, state)
    other = dict(features_of("huggingface", model, name, position, got), text=openai_archive.huggingface_text(model, ids))
    others.append(differences(got, other))
    return [[name, ENCODERS[name][-1], size, 1 + (size // ENCODERS[name][0]) ** 2] +
            [other[key] for key in ((size, "block"), (size, "joint"), "text") for other in others] for size in SIZES]


def main():
    torch.set_grad_enabled(False)
    if sys.argv[1] == "--write":
        write_form(sys.argv[2], sys.argv[3])
        return
    program, table, names = os.path.join(sys.argv[1], "ablate"), sys.argv[2], sys.argv[3:] or list(ENCODERS)
    worst = 0.0
    for name in names:
        rows = measure(program, name)
        write_table(table, INTRODUCTION, TITLE, list(ENCODERS), rows, [name])
        worst = max([worst] + [v for row in rows for v in row if isinstance(v, float)])
        gc.collect()
        mine, theirs = (resource.getrusage(of).ru_maxrss / 2**20 for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        print(f"{name}: largest difference so far {worst:.1e}; peak memory: here {mine:.1f} GiB, the programs it started {theirs:.1f} GiB", flush=True)
    sys.exit(not worst <= BOUND)


if __name__ == "__main__":
    main()
