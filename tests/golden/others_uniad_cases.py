"""Cases of UniAD, words jitter and uniad."""
import itertools

import numpy as np
import torch

from equations_case import Case, normal
from equations_draws import normals, uniforms
from equations_modules import smooth
from others_uniad import anomaly_map, jitter, loss, picture_scores, reconstruct

# The operations of the words in their order, as a random one's number counts them; while training.
HEADS = ["slice", "slice", "matmul", "reshape", "transpose"]
ATTENTION = HEADS * 3 + ["scale", "matmul", "mask", "softmax", "dropout", "matmul", "transpose", "reshape", "matmul"]
ADDED = ["dropout", "add", "layer_norm"]
FORWARD = ["matmul", "relu", "dropout", "matmul"]
ENCODER = ["add"] + ATTENTION + ADDED + FORWARD + ADDED
DECODER = ["broadcast", "add", "add"] + ATTENTION + ADDED + ["add", "add"] + ATTENTION + ADDED + FORWARD + ADDED
FIRST = ["affine", "reshape"] * 2 + ["broadcast", "broadcast", "concat", "reshape", "matmul"]


def dropout_numbers(encoders, decoders, masked):
    words = FIRST + ENCODER * encoders + DECODER * decoders
    return (i for i, word in enumerate(w for w in words if masked or w != "mask") if word == "dropout")


def dropping(p, numbers):
    def drop(x):
        return x * (uniforms(f"uniad:dropout:{next(numbers)}", x.shape) > np.float32(p)) / (1 - p)
    return drop


def play_jitter(board):
    patches = [f[:, 1:] for f in board.all("teacher")]
    f, scale = torch.cat(patches, -1), board.setting("jitter.scale", 20.0)
    board.put("joined", [f])
    board.put("jittered", [f])
    if board.case.training:
        count = len(patches) + (len(patches) > 1)  # slices, and what puts them side by side
        noisy = jitter(f, normals(f"jitter:noise:{count}", f.shape), scale)
        p = board.setting("jitter.probability", 1.0)
        coins = uniforms(f"jitter:dropout:{count + 5}", (len(f), 1, 1)) > np.float32(1 - p)
        board.put("jittered", [torch.where(coins, noisy, f) if p < 1 else noisy])


def play_uniad(board):
    (f,), (image,) = board.all("joined"), board.all("image")
    get = lambda name, default: board.setting(f"uniad.{name}", default)
    layers, neighbour, p = (get("encoders", 4), get("decoders", 4)), get("neighbour", 7), get("dropout", 0.1)
    drops = board.case.training and p > 0
    drop = dropping(p, dropout_numbers(*layers, neighbour > 0)) if drops else (lambda x: x)
    own = {name.removeprefix("uniad."): value for name, value in board.parameter.items()}
    again = reconstruct(own, board.all("jittered")[0], get("heads", 8), *layers, neighbour, drop)
    if board.case.training:
        board.losses["uniad"] = loss(f, again), get("weight", 1.0)
        return
    maps, sigma = anomaly_map(f, again, image.shape[3]), get("smooth", 0.0)
    maps = smooth(maps, sigma) if sigma > 0 else maps
    board.put("score", [maps])
    board.put("score.image", [picture_scores(maps, get("pool", 16))])


MODULES = {"jitter": play_jitter, "uniad": play_uniad}


def attention_parameters(name, c):
    return {f"{name}.in_proj_weight": normal((3 * c, c), c**-0.5), f"{name}.in_proj_bias": normal((3 * c,), 0.1),
            **linear_parameters(f"{name}.out_proj", c, c)}


def linear_parameters(name, out, into):
    return {f"{name}.weight": normal((out, into), into**-0.5), f"{name}.bias": normal((out,), 0.1)}


def norm_parameters(name, c):
    return {f"{name}.weight": 1 + normal((c,), 0.2), f"{name}.bias": normal((c,), 0.2)}


def parameters(grid, channels, c, hidden, encoders, decoders):
    made = {"row_embed.weight": normal((grid, c // 2), 0.3), "col_embed.weight": normal((grid, c // 2), 0.3),
            **linear_parameters("input_proj", c, channels), **linear_parameters("output_proj", channels, c),
            **norm_parameters("decoder_norm", c)}
    halves = itertools.chain((("encoder", i) for i in range(encoders)), (("decoder", i) for i in range(decoders)))
    for half, i in halves:
        name = f"{half}.{i}"
        made |= attention_parameters(f"{name}.self_attn", c) | norm_parameters(f"{name}.norm1", c)
        made |= linear_parameters(f"{name}.linear1", hidden, c) | linear_parameters(f"{name}.linear2", c, hidden)
        made |= norm_parameters(f"{name}.norm2", c)
        if half == "decoder":
            made |= attention_parameters(f"{name}.multihead_attn", c) | norm_parameters(f"{name}.norm3", c)
            made |= {f"{name}.learned_embed.weight": normal((grid * grid, c))}
    return {f"uniad.{name}": value for name, value in made.items()}


def jitter_cases():
    def one(play="", training=True, channels=(3, 5), b=3, n=4):
        board = {f"teacher.{i}": normal((b, 1 + n, c)) for i, c in enumerate(channels)}
        return Case(f"jitter {play}".strip(), board, judged=["joined.0", "jittered.0"], training=training)

    return {"published": one(), "one_layer": one("jitter.scale=0.5", channels=(7,)), "none": one("jitter.scale=0"),
            "some": one("jitter.probability=0.25 jitter.scale=2", b=5), "scoring": one(training=False),
            "three": one(channels=(1, 2, 4), n=1), "never": one("jitter.probability=0")}


def uniad_cases():
    def one(play="", training=True, grid=3, channels=(3, 4), c=8, heads=2, hidden=6, layers=(1, 2), neighbour=1, b=2,
            size=8, pool=3):
        board = {"image.0": torch.zeros(b, 3, size, size)}
        board |= {f"teacher.{i}": normal((b, 1 + grid * grid, k)) for i, k in enumerate(channels)}
        words = f"jitter jitter.scale=0.5 uniad uniad.width={c} uniad.heads={heads} uniad.hidden={hidden}"
        words += f" uniad.encoders={layers[0]} uniad.decoders={layers[1]} uniad.neighbour={neighbour} uniad.pool={pool}"
        judged = [] if training else ["score.0", "score.image.0"]
        return Case(f"{words} {play}".strip(), board, parameters(grid, sum(channels), c, hidden, *layers), judged=judged,
                    out=["loss.uniad"] if training else judged, training=training)

    few = {"c": 4, "hidden": 5, "layers": (1, 1)}
    return {"loss": one(), "still": one("uniad.dropout=0", **few | {"layers": (2, 1)}),
            "all_seen": one("uniad.dropout=0.5", neighbour=0, **few),
            "weight": one("uniad.weight=0.375 uniad.dropout=0", grid=2, heads=1, b=1, **few | {"layers": (0, 1)}),
            "wide": one("uniad.dropout=0", neighbour=3, grid=4, heads=3, b=1, **few | {"c": 6}),
            "map": one(training=False, **few | {"layers": (1, 2)}),
            "odd": one(training=False, grid=5, neighbour=3, size=7, pool=1, b=1, **few),
            "whole": one("uniad.smooth=1.5", training=False, pool=8, **few)}


FILES = {"jitter": jitter_cases, "uniad": uniad_cases}
