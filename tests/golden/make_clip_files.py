#!/usr/bin/env python3
"""A small CLIP in every form in which CLIPs are published, and what it gives for pictures and a text; for
tests/modules/test_clip_files.c.

    python3 tests/golden/make_clip_files.py        # writes tests/golden/clip/

All files but one hold one model: seeded random numbers that float16 holds exactly, so that one set of expected values
serves every format. vision.safetensors is another, an image tower with the patches of ViT-L/14@336px, for pictures of
many sizes. gelu_expected.safetensors is what the first model gives with the exact GELU. The expected values are computed in float64 by open_clip and by transformers, which must agree to 1e-12, and
kept in float32; row r of R is token r (N - 1) / (R - 1), rounded down, of the N tokens of the second picture.
Made with Python 3.11.7, PyTorch 2.11.0, open_clip 3.3.0, transformers 5.24.0, safetensors 0.8.0, seeds 7 and 8.
"""
import json
import os
import shutil
import sys

import numpy as np
import open_clip
import torch
import torch.nn.functional as F
from huggingface_hub import save_torch_state_dict
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPModel

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openai_archive  # noqa: E402

WIDTH, HEAD, LAYERS, EMBED = 32, 16, 3, 24
TEXT_WIDTH, TEXT_LAYERS, CONTEXT, VOCABULARY = 16, 2, 77, 50
WORDS = [48, 7, 12, 3, 49]  # the highest id is the end token
ROWS = 33  # most rows of expected values for a picture and a layer
FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clip")


def numbers(stream, count):
    """The tests' formula: numbers in [-1, 1] from a 32 bit hash."""
    np.seterr(over="ignore")
    x = np.uint32(stream) * np.uint32(2654435761) + np.arange(count, dtype=np.uint32) * np.uint32(40503) + np.uint32(977)
    for _ in range(3):
        x = (x ^ (x >> np.uint32(15))) * np.uint32(2246822519)
    return ((x >> np.uint32(8)).astype(np.float64) / 8388608.0 - 1.0).astype(np.float32)


def small_open_clip(patch, grid, seed, quick=True):
    vision = CLIPVisionCfg(layers=LAYERS, width=WIDTH, head_width=HEAD, patch_size=patch, image_size=grid * patch)
    text = CLIPTextCfg(context_length=CONTEXT, vocab_size=VOCABULARY, width=TEXT_WIDTH, heads=TEXT_WIDTH // HEAD,
                       layers=TEXT_LAYERS)
    model = CLIP(embed_dim=EMBED, vision_cfg=vision, text_cfg=text, quick_gelu=quick).eval()
    torch.manual_seed(seed)
    for name, p in model.named_parameters():
        if ".ln_" in name or name.startswith("ln_"):
            values = 0.2 * torch.randn(p.shape) + (1.0 if name.endswith("weight") else 0.0)
        elif p.dim() == 2 and "embedding" not in name:
            values = torch.randn(p.shape) * p.shape[-1] ** -0.5
        else:
            values = 0.2 * torch.randn(p.shape)
        p.data = values.half().float()
    return model


def small_huggingface(state, patch, grid, activation="quick_gelu"):
    head = {"num_attention_heads": 0, "hidden_act": activation, "projection_dim": EMBED}
    text = dict(head, hidden_size=TEXT_WIDTH, intermediate_size=4 * TEXT_WIDTH, num_hidden_layers=TEXT_LAYERS,
                vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, bos_token_id=48, eos_token_id=49,
                pad_token_id=0, num_attention_heads=TEXT_WIDTH // HEAD)
    vision = dict(head, hidden_size=WIDTH, intermediate_size=4 * WIDTH, num_hidden_layers=LAYERS, patch_size=patch,
                  image_size=grid * patch, num_attention_heads=WIDTH // HEAD)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=EMBED)).eval()
    model.load_state_dict(openai_archive.to_huggingface(state))
    return model


def resampled(position, side, mode):
    grid = round((len(position) - 1) ** 0.5)
    if side == grid:
        return position
    rows = position[1:].reshape(1, grid, grid, -1).permute(0, 3, 1, 2)
    rows = F.interpolate(rows, size=(side, side), mode=mode, align_corners=False)
    return torch.cat([position[:1], rows.permute(0, 2, 3, 1).reshape(side * side, -1)])


def check_same(a, b, what):
    assert (a - b).abs().max() <= 1e-12 * a.abs().max(), what


def expected_images(model, other, patch, cases, path):
    out = {}
    for size, mode in cases:
        picture = torch.from_numpy(numbers(1000, 2 * 3 * size * size).reshape(2, 3, size, size)).double()
        position = resampled(model.visual.positional_embedding.data, size // patch, mode)
        mine = openai_archive.open_clip_features(model, picture, position, range(1, LAYERS + 1))
        theirs = openai_archive.huggingface_features(other, picture, position, range(1, LAYERS + 1))
        for layer in mine:
            for space in mine[layer]:
                check_same(mine[layer][space], theirs[layer][space], (size, mode, layer, space))
                tokens = mine[layer][space][1]
                last, rows = len(tokens) - 1, min(ROWS, len(tokens))
                kept = tokens[[r * last // (rows - 1) for r in range(rows)]]
                out[f"{space}.{size}.{mode}.{layer}"] = kept.float().contiguous()
    if not path.endswith("vision_expected.safetensors"):  # the vision file has no text tower
        padded = torch.tensor([WORDS + [0] * (CONTEXT - len(WORDS))])
        out["text"] = model.encode_text(padded)
        check_same(out["text"], openai_archive.huggingface_text(other, padded), "text")
        out["text"] = out["text"].float()
    save_file(out, path)


def write_prompts(path):
    """Ids of the paper's words by the real tokenizer, up to the end token, and the place of the end token (the argmax,
    as CLIP finds it) when twelve learned tokens stand between the start and the words."""
    tokenize = open_clip.get_tokenizer("ViT-B-32")
    with open(path, "w", encoding="ascii") as f:
        f.write(f"# open_clip {open_clip.__version__} tokenizer: words: ids up to the end, place of the end after 12\n")
        for words in ("object", "damaged object", "object .", "damaged object ."):
            ids = tokenize([words])[0]
            end = int(ids.argmax())
            after = int(tokenize([" ".join(["X"] * 12) + " " + words])[0].argmax())
            f.write(f"{words}: {' '.join(str(int(i)) for i in ids[: end + 1])}, {after}\n")


def write_formats(state, other):
    half = {name: value.half() for name, value in state.items()}
    theirs = {name: value.half().contiguous() for name, value in other.state_dict().items()}
    openai_archive.write(state, os.path.join(FOLDER, "openai.pt"), HEAD)
    save_file(state, os.path.join(FOLDER, "open_clip.safetensors"))
    training = {"epoch": 3, "name": "small", "state_dict": {f"module.{n}": v for n, v in half.items()},
                "optimizer": {"state": {0: {"step": torch.tensor(5.0)}}, "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.98)}]}}
    torch.save(training, os.path.join(FOLDER, "open_clip.pt"))
    for name, safe in (("safetensors", True), ("bin", False)):
        folder = os.path.join(FOLDER, "huggingface_" + name)
        os.makedirs(folder)
        save_torch_state_dict(theirs, folder, max_shard_size=60_000, safe_serialization=safe)
    os.makedirs(os.path.join(FOLDER, "huggingface"))
    save_file(dict(theirs, **{"vision_model.embeddings.position_ids": torch.arange(17)[None]}),
              os.path.join(FOLDER, "huggingface", "model.safetensors"))


def write_vision(other):
    image = {n: v.half().contiguous() for n, v in other.state_dict().items() if n.startswith("vis")}
    save_file(image, os.path.join(FOLDER, "vision.safetensors"))


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    torch.set_grad_enabled(False)
    small = [(32, "bilinear"), (45, "bilinear"), (45, "bicubic"), (20, "bilinear"), (8, "bilinear")]
    large = [(128, "bilinear"), (224, "bilinear"), (256, "bilinear"), (336, "bilinear"), (512, "bilinear"), (512, "bicubic")]
    for patch, grid, seed, cases, name in ((8, 4, 7, small, "expected"), (14, 24, 8, large, "vision_expected")):
        model = small_open_clip(patch, grid, seed)
        state = dict(model.state_dict())
        other = small_huggingface(state, patch, grid)
        if name == "expected":
            write_formats(state, other)
        else:
            write_vision(other)
        expected_images(model.double(), other.double(), patch, cases, os.path.join(FOLDER, name + ".safetensors"))
    model = small_open_clip(8, 4, 7, quick=False)
    other = small_huggingface(dict(model.state_dict()), 8, 4, "gelu")
    expected_images(model.double(), other.double(), 8, small[:1], os.path.join(FOLDER, "gelu_expected.safetensors"))
    write_prompts(os.path.join(FOLDER, "prompts.txt"))
    for folder, _, files in sorted(os.walk(FOLDER)):
        for file in sorted(files):
            print(os.path.relpath(os.path.join(folder, file), FOLDER), os.path.getsize(os.path.join(folder, file)))


if __name__ == "__main__":
    main()
