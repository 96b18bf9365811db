"""The cases of the methods in modules/others/, a file each: tests/modules/test_others.c plays them.

A method's statement is a file of functions of tensors, others_METHOD.py; others_METHOD_cases.py beside it puts its
modules on a board (MODULES) and has its cases (FILES)."""
import torch

import others_diad_cases
import others_dinomaly_cases
import others_rd4ad_cases
import others_uniad_cases
from equations_case import Case, normal
from equations_modules import MODULES


def grid_cases():
    """distill where layers keep grids of their own: each is up-sampled by itself, and all are added."""
    def one(grids, channels, play="", training=False, b=2, size=8):
        board = {"image.0": torch.zeros(b, 3, size, size)}
        for i, (grid, c) in enumerate(zip(grids, channels)):
            board |= {f"{name}.{i}": normal((b, 1 + grid * grid, c)) for name in ("teacher", "student")}
        out = ["loss.distill"] if training else ["score.0", "score.image.0"]
        return Case(("distill " + play).strip(), board, judged=[] if training else ["score.0"], out=out,
                    training=training)

    sharp = "distill.smooth=0"
    return {"loss": one((4, 2, 1), (3, 5, 6), training=True),
            "patch": one((4, 2), (3, 5), "distill.flat=patch", training=True),
            "map": one((4, 2, 1), (3, 5, 6), sharp), "odd": one((5, 3), (4, 2), sharp, b=1, size=7),
            "shared": one((2, 4, 4, 3), (3, 5, 6, 2), sharp),
            "smooth": one((4, 3), (2, 3), "distill.smooth=1.5 distill.align_corners=no")}


METHODS = others_diad_cases, others_rd4ad_cases, others_uniad_cases, others_dinomaly_cases
FILES = {"own_grids": grid_cases}
for method in METHODS:
    FILES |= method.FILES
    MODULES |= method.MODULES
