#!/usr/bin/env python3
"""An encoder of a released size with seeded random numbers, in the form of OpenAI's checkpoints: a TorchScript archive
with float16 tensors. It stands in for the real file where only size and form matter: memory, time, reading.

    python3 tests/golden/make_random_clip.py /tmp/clip.pt                  # ViT-L/14@336px, 0.9 GB
    python3 tests/golden/make_random_clip.py /tmp/clip.pt ViT-B/32

The numbers are those of compare_clip.py: open_clip's own initial values, norms and biases moved, rounded to float16.
Needs some 5 GB of memory. Made with Python 3.11.7, PyTorch 2.11.0, open_clip 3.3.0, seed 11.
"""
import argparse
import os
import sys

import torch

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import openai_archive  # noqa: E402
from compare_clip import ENCODERS, build_open_clip  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("path", help="where to write it")
    parser.add_argument("encoder", nargs="?", default="ViT-L/14@336px", choices=ENCODERS)
    options = parser.parse_args()
    state = {name: value.detach() for name, value in build_open_clip(options.encoder).state_dict().items()}
    openai_archive.write(state, options.path)
    print(f"{options.path}: {options.encoder}, {sum(v.numel() for v in state.values())} numbers, "
          f"{os.path.getsize(options.path) / 1e6:.0f} MB")


if __name__ == "__main__":
    torch.set_grad_enabled(False)
    main()
