#!/usr/bin/env python3
"""Two small CLIPs with the configuration that lies beside the weights, and what they give for pictures and a text; for
tests/modules/test_clip_config.c.

    python3 tests/golden/make_clip_config.py        # writes tests/golden/clip_config/

No two quantities are alike that a reader might take for one: the towers' heads, widths of heads, activations, eps and
hidden widths all differ, as far as each program lets them. huggingface/ is transformers' own save_pretrained (model and
preprocessing); open_clip/ has the file that open_clip publishes, and its own names. The weights are seeded random numbers
that float16 holds exactly; the expected values are computed in float64 and kept in float32: both pictures' tokens of both
layers, as the block's output and in the joint space, and a text's feature.
Made with Python 3.11.7, PyTorch 2.11.0, open_clip 3.3.0, transformers 5.24.0, safetensors 0.8.0, seed 5.
"""
import json
import os
import shutil

import open_clip
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from safetensors.torch import save_file
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel

from make_clip_files import CONTEXT, VOCABULARY, WORDS, numbers

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clip_config")
WIDTH, HEAD, TEXT_WIDTH, TEXT_HEADS, LAYERS, EMBED, PATCH, SIZE = 40, 20, 32, 4, 2, 24, 8, 32


def pictures():
    return torch.from_numpy(numbers(1000, 2 * 3 * SIZE * SIZE).reshape(2, 3, SIZE, SIZE)).double()


def tokens():
    return torch.tensor([WORDS + [0] * (CONTEXT - len(WORDS))])


def fill(model):
    """Inner products large enough that activation, heads and eps show in the first digits."""
    torch.manual_seed(5)
    for name, p in model.named_parameters():
        norm = "ln_" in name or "norm" in name.lower() or "layrnorm" in name
        if norm:
            values = 0.2 * torch.randn(p.shape) + (1.0 if name.endswith("weight") else 0.0)
        elif p.dim() == 2 and "embedding" not in name:
            values = 1.5 * torch.randn(p.shape) * p.shape[-1] ** -0.5
        else:
            values = 0.2 * torch.randn(p.shape)
        p.data = values.half().float()
    return model.eval()


def keep(out, layer, block, joint):
    out[f"block.{layer}"], out[f"joint.{layer}"] = block.float().contiguous(), joint.float().contiguous()


def huggingface():
    text = {"hidden_size": TEXT_WIDTH, "intermediate_size": 3 * TEXT_WIDTH, "num_hidden_layers": LAYERS,
            "num_attention_heads": TEXT_HEADS, "vocab_size": VOCABULARY, "max_position_embeddings": CONTEXT,
            "bos_token_id": 48, "eos_token_id": 49, "pad_token_id": 0, "hidden_act": "quick_gelu", "layer_norm_eps": 1e-3}
    vision = {"hidden_size": WIDTH, "intermediate_size": 5 * WIDTH, "num_hidden_layers": LAYERS, "patch_size": PATCH,
              "image_size": SIZE, "num_attention_heads": WIDTH // HEAD, "hidden_act": "gelu", "layer_norm_eps": 1e-2}
    model = fill(CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=EMBED)))
    folder, out = os.path.join(FOLDER, "huggingface"), {}
    model.half().save_pretrained(folder)
    CLIPImageProcessor(image_mean=[0.5, 0.5, 0.5], image_std=[0.5, 0.5, 0.5], resample=2).save_pretrained(folder)
    model = model.double()
    states = model.vision_model(pictures(), output_hidden_states=True).hidden_states
    for layer in range(1, LAYERS + 1):
        block = states[layer]
        keep(out, layer, block, model.visual_projection(model.vision_model.post_layernorm(block)))
    pooled = model.text_model(input_ids=tokens()).pooler_output
    out["text"] = model.text_projection(pooled).float().contiguous()
    save_file(out, os.path.join(FOLDER, "huggingface_expected.safetensors"))


def of_open_clip():
    vision = {"image_size": SIZE, "layers": LAYERS, "width": WIDTH, "head_width": HEAD, "mlp_ratio": 4.3637,
              "patch_size": PATCH, "norm_kwargs": {"eps": 1e-2}}
    text = {"context_length": CONTEXT, "vocab_size": VOCABULARY, "width": TEXT_WIDTH, "heads": TEXT_HEADS,
            "layers": LAYERS, "norm_kwargs": {"eps": 1e-3}}
    model = fill(CLIP(embed_dim=EMBED, vision_cfg=CLIPVisionCfg(**vision), text_cfg=CLIPTextCfg(**text)))
    folder, out = os.path.join(FOLDER, "open_clip"), {}
    os.makedirs(folder)
    half = {name: value.half().contiguous() for name, value in model.state_dict().items()}
    save_file(half, os.path.join(folder, "open_clip_model.safetensors"))
    preprocess = {"mean": list(open_clip.OPENAI_DATASET_MEAN), "std": list(open_clip.OPENAI_DATASET_STD),
                  "interpolation": "bicubic", "resize_mode": "shortest"}
    with open(os.path.join(folder, "open_clip_config.json"), "w", encoding="ascii") as f:
        config = {"model_cfg": {"embed_dim": EMBED, "vision_cfg": vision, "text_cfg": text}, "preprocess_cfg": preprocess}
        json.dump(config, f, indent=4)
    model = model.double()
    found = model.visual.forward_intermediates(pictures(), output_fmt="NLC", output_extra_tokens=True)
    for layer in range(1, LAYERS + 1):
        prefix, rest = found["image_intermediates_prefix"][layer - 1], found["image_intermediates"][layer - 1]
        block = torch.cat([prefix, rest], 1)
        keep(out, layer, block, model.visual.ln_post(block) @ model.visual.proj)
    out["text"] = model.encode_text(tokens()).float().contiguous()
    save_file(out, os.path.join(FOLDER, "open_clip_expected.safetensors"))


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    torch.set_grad_enabled(False)
    huggingface()
    of_open_clip()
    for folder, _, files in sorted(os.walk(FOLDER)):
        for file in sorted(files):
            print(os.path.relpath(os.path.join(folder, file), FOLDER), os.path.getsize(os.path.join(folder, file)))


if __name__ == "__main__":
    main()
