"""What compare_clip.py and compare_large_clip.py share: a picture and a text through `ablate features`, the difference of
two results, and the table in which measured rows replace those of before."""
import os
import subprocess

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file


def ablate_features(program, settings, size, ids, folder, *more):
    """The features that `ablate` computes of a drawn picture of `size` pixels and of the text's ids; `settings` follow
    [row image], `more` are options."""
    row, picture, out = (os.path.join(folder, f) for f in ("row.ini", "picture.png", "out.safetensors"))
    Image.fromarray(np.random.default_rng(size).integers(0, 256, (size, size, 3), dtype=np.uint8)).save(picture)
    with open(row, "w", encoding="ascii") as f:
        f.write(f"[row image]\nmodel = clip\n[input]\nsize = {size}\n{settings}")
    tokens = ",".join(str(i) for i in ids + [len(ids) - 1])
    subprocess.run([program, "features", row, "-p", picture, "-o", out, "-i", f"tokens={tokens}", *more], check=True,
                   stdout=subprocess.DEVNULL)
    return load_file(out)


def difference(a, b):
    """The largest difference by the largest number."""
    assert a.shape == b.shape and torch.isfinite(a).all() and torch.isfinite(b).all()
    return float((a - b).abs().max() / b.abs().max())


def write_table(path, introduction, title, order, rows, measured):
    """Rows of encoders that were not measured are kept as they are in the file; `order` lists all."""
    kept = []
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            kept = [line for line in f if line.startswith("| ViT-") and line.split("|")[1].strip() not in measured]
    for row in rows:
        kept.append("| " + " | ".join(f"{v:.1e}" if isinstance(v, float) else str(v) for v in row) + " |\n")
    kept.sort(key=lambda line: order.index(line.split("|")[1].strip()))
    with open(path, "w", encoding="utf-8") as f:
        f.write(introduction + "| " + " | ".join(title) + " |\n|" + "---|" * len(title) + "\n" + "".join(kept))
