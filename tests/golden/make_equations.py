#!/usr/bin/env python3
"""Eq. 1-17 of the paper, and each way to read what it leaves open, in float64: the cases of tests/modules/test_equations.c,
and of other methods' papers those of test_others.c.

    python3 tests/golden/make_equations.py [NAME...]     writes tests/golden/equations/NAME.safetensors, or all of them

Made with Python 3.11.7, PyTorch 2.11.0, NumPy 2.4.6, SciPy 1.17.1, on one thread. Written from the paper's equations
and from the readings that experiments/cnc.ini lists; nothing here was taken from the C. PyTorch differentiates.

    equations_paper.py      the equations             equations_case.py       what a case is
    equations_modules.py    the modules they make     equations_cases.py      all cases
    equations_rounding.py   errors of float32         equations_draws.py      the kit's random draws
    others_cases.py         cases of other methods

A case is a board (named lists of values), parameters, and modules that play on it in turn. Its objective is the sum of
the modules' losses with their weights and, for values on the board that are no loss, of value times `judge`, numbers
drawn once. Inputs are rounded to float32 before anything is computed. A file holds, for each case:

    CASE                    metadata: training or scoring, epoch=N, sums=N, the modules, settings that are not default,
                            with ~ for a blank
    CASE/board/NAME.I       float32, what is on the board at the beginning
    CASE/parameter/NAME     float32, also of what is kept but not trained
    CASE/judge/NAME.I       float32
    CASE/out/NAME           float64: a value on the board NAME.I, a loss loss.NAME, what a buffer holds after the step
                            next.NAME, or the objective: total
    CASE/gradient/NAME      float64: of the objective, to everything on the board and to each trained parameter
    CASE/error              float64, one number for each out/ and gradient/ in order of name: the largest change, in 64
                            runs with the errors of float32 at every step, of any number of the tensor

The cases of Adam (equations_adam.py) have CASE/first, CASE/gradient and the state after the last step instead.
"""
import json
import pathlib
import struct
import sys
import zlib

import torch

from equations_adam import adam_cases
from equations_case import GENERATOR
from equations_cases import FILES
from others_cases import FILES as OTHERS

SEED = 20250
FOLDER = pathlib.Path(__file__).resolve().parent / "equations"


def write(path, tensors, notes):
    """A safetensors file; the same contents give the same bytes. Float64 comes first: so all numbers are aligned."""
    header, data = {"__metadata__": notes}, b""
    for name, value in sorted(tensors.items(), key=lambda item: item[1].dtype != torch.float64):
        raw = value.contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.float64: "F64"}[value.dtype]
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return 8 + len(text) + len(data)


def main():
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    total, paper = 0, {**FILES, "adam": adam_cases}
    seeds = {name: SEED + number for number, name in enumerate(paper)}
    for name, make in {**paper, **OTHERS}.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        seed = seeds.get(name, zlib.crc32(name.encode()))
        GENERATOR.manual_seed(seed)
        tensors, notes = {}, {"made": f"PyTorch {torch.__version__.split('+')[0]}, float64, seed {seed}"}
        for title, case in make().items():
            found, notes[title] = case.solve()
            tensors.update({title + part: value for part, value in found.items()})
        total += (size := write(FOLDER / f"{name}.safetensors", tensors, notes))
        print(f"{name}: {len(notes) - 1} cases, {size} bytes", flush=True)
    print(f"{total} bytes")


main()
