#!/usr/bin/env python3
"""What small DINOv2s give for weights and pictures made by formula; for tests/modules/test_dinov2.c.

    python3 tests/golden/make_dinov2.py > tests/golden/dinov2.txt

The networks are transformers' (Dinov2Model, Dinov2WithRegistersModel) and timm's (VisionTransformer), in float64; with
DINOv2's own names they are transformers', whose position embedding is fitted before as DINOv2's code does it, by
PyTorch's interpolate. transformers and timm fit theirs in float32. Printed are, for each network, its tensors by their
names in a file and samples of what its blocks give, without the registers. Made with Python 3.11.7, PyTorch 2.11.0,
timm 1.0.31, transformers 5.24.0.
"""
import math
import os
import sys

import torch
import torch.nn.functional as F
from timm.models.vision_transformer import VisionTransformer
from transformers import Dinov2Config, Dinov2Model, Dinov2WithRegistersConfig, Dinov2WithRegistersModel

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from make_clip import numbers  # noqa: E402
from make_convnets import stream  # noqa: E402

WIDTH, HEADS, DEPTH, PATCH, GRID, SAMPLES = 32, 4, 4, 14, 5, 10
LAYERS = 2, 3, 4
# name, whose names, registers, how its positions are fitted, side of the picture in pixels
NETWORKS = [("native", "facebook", 0, "offset", 70), ("smaller", "facebook", 0, "offset", 42),
            ("larger", "facebook", 4, "offset", 98), ("antialias", "facebook", 4, "antialias", 42),
            ("cut", "facebook", 4, "antialias", 101), ("timm", "timm", 4, "antialias", 42),
            ("plain", "huggingface", 0, "bicubic", 42), ("registers", "huggingface", 4, "antialias", 56)]


def numpy_single(number):
    return torch.tensor(number, dtype=torch.float32).numpy()


def drawn(name, shape):
    """The test's formula: offset + scale * number, rounded to float32 each time."""
    scale, offset = 0.2, 0.0
    if len(shape) == 4:
        scale = math.sqrt(6.0 / math.prod(shape[1:]))
    elif len(shape) == 3:
        scale = 0.5
    elif len(shape) == 2:
        scale = math.sqrt(3.0 / shape[1])
    elif name.endswith(("gamma", "lambda1")):
        scale, offset = 0.3, 0.6
    elif "norm" in name and name.endswith("weight"):
        offset = 1.0
    raw = numbers(stream(name), math.prod(shape)) * numpy_single(scale) + numpy_single(offset)
    return torch.from_numpy(raw).double().reshape(shape)


def huggingface(registers):
    sizes = {"hidden_size": WIDTH, "num_hidden_layers": DEPTH, "num_attention_heads": HEADS, "image_size": PATCH * GRID,
             "patch_size": PATCH, "attn_implementation": "eager"}
    if registers:
        return Dinov2WithRegistersModel(Dinov2WithRegistersConfig(num_register_tokens=registers, **sizes))
    return Dinov2Model(Dinov2Config(**sizes))


def published_name(name):
    """transformers' name in memory -> that in files, which have stayed as they were."""
    for new, old in (("attention.q_proj", "attention.attention.query"), ("attention.k_proj", "attention.attention.key"),
                     ("attention.v_proj", "attention.attention.value"), ("attention.o_proj", "attention.output.dense")):
        name = name.replace(new, old)
    return name


def own_name(name):
    """transformers' name in memory -> DINOv2's; of query, key and value, with which of the three."""
    for theirs, own in (("embeddings.patch_embeddings.projection", "patch_embed.proj"), ("embeddings.", ""),
                        ("position_embeddings", "pos_embed"), ("encoder.layer.", "blocks."), ("layernorm.", "norm."),
                        ("attention.o_proj", "attn.proj"), ("layer_scale1.lambda1", "ls1.gamma"),
                        ("layer_scale2.lambda1", "ls2.gamma")):
        name = name.replace(theirs, own)
    for part, word in enumerate("qkv"):
        if f"attention.{word}_proj" in name:
            return name.replace(f"attention.{word}_proj", "attn.qkv"), part
    return name, None


def fitted(position, side, how):
    """As DINOv2's code: (1, 1 + m m, C) for side x side patches."""
    if side == GRID:
        return position
    rows = position[:, 1:].reshape(1, GRID, GRID, WIDTH).permute(0, 3, 1, 2)
    if how == "offset":
        factor = (side + 0.1) / GRID
        rows = F.interpolate(rows, scale_factor=(factor, factor), mode="bicubic")
    else:
        rows = F.interpolate(rows, size=(side, side), mode="bicubic", antialias=True)
    return torch.cat([position[:, :1], rows.permute(0, 2, 3, 1).reshape(1, side * side, WIDTH)], 1)


def facebook(registers, side, how, found):
    """The network, its tensors noted in `found` under DINOv2's names."""
    model, values = huggingface(registers).double(), {}
    for name, value in model.state_dict().items():
        own, part = own_name(name)
        shape = tuple(value.shape) if part is None else (3 * value.shape[0], *value.shape[1:])
        found[own] = drawn(own, shape)
        values[name] = found[own] if part is None else found[own].chunk(3)[part]
    positions = fitted(values.pop("embeddings.position_embeddings"), side, how)
    model.load_state_dict(values, strict=False)
    model.embeddings.position_embeddings = torch.nn.Parameter(positions)
    return model


def make(form, registers, how, size):
    """-> tensors by their names in a file; the function from a picture to what each block gives."""
    found = {}
    if form == "timm":
        model = VisionTransformer(img_size=PATCH * GRID, patch_size=PATCH, embed_dim=WIDTH, depth=DEPTH, num_heads=HEADS,
                                  init_values=1.0, reg_tokens=registers, no_embed_class=True, dynamic_img_size=True,
                                  num_classes=0).double().eval()
        found = {name: drawn(name, tuple(value.shape)) for name, value in model.state_dict().items()}
        model.load_state_dict(found)

        def blocks(picture):
            given = []
            hooks = [b.register_forward_hook(lambda _, __, result: given.append(result)) for b in model.blocks]
            model(picture)
            for hook in hooks:
                hook.remove()
            return given
        return found, blocks
    if form == "facebook":
        model = facebook(registers, size // PATCH, how, found)
    else:
        model = huggingface(registers).double()
        names = {name: published_name(name) for name in model.state_dict()}
        found = {names[k]: drawn(names[k], tuple(value.shape)) for k, value in model.state_dict().items()}
        model.load_state_dict({name: found[names[name]] for name in names})
    model.eval()
    return found, lambda picture: model(picture, output_hidden_states=True).hidden_states[1:]


def main():
    for name, form, registers, how, size in NETWORKS:
        found, blocks = make(form, registers, how, size)
        print("network", name, form, registers, how, size)
        for tensor, value in found.items():
            print("tensor", tensor, *value.shape)
        picture = torch.from_numpy(numbers(1000, 2 * 3 * size * size)).double().reshape(2, 3, size, size)
        given = blocks(picture)
        for i, layer in enumerate(LAYERS):
            tokens = given[layer - 1]
            assert tokens.dtype == torch.float64 and tokens.shape[1] == 1 + registers + (size // PATCH) ** 2
            flat = torch.cat([tokens[:, :1], tokens[:, 1 + registers:]], 1).flatten()
            print("layer", i, "largest", f"{float(flat.abs().max()):.9g}")
            for k in range(SAMPLES):
                at = k * (len(flat) - 1) // (SAMPLES - 1)
                print("layer", i, at, f"{float(flat[at]):.9g}")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    torch.set_num_threads(1)
    main()
