"""Cases of Dinomaly: others_dinomaly.py on a board."""
import numpy as np
import torch

import others_dinomaly as dm
from equations_case import Case, features, normal
from equations_draws import uniforms
from equations_modules import smooth


def own(board, prefix):
    return {name[len(prefix) :]: value for name, value in board.parameter.items() if name.startswith(prefix)}


def noisy(board):
    layers, p = board.all("teacher"), board.setting("noisy.dropout", 0.2)

    def drop(i, x):
        """Adding and scaling the layers are the module's first operations; then dropout and product take turns."""
        if not board.case.training or p == 0:
            return x
        kept = uniforms(f"noisy:dropout:{len(layers) + 2 * i}", x.shape) > np.float32(p)
        return x * kept / (1 - p)

    board.put("bottleneck", [dm.noisy(own(board, "noisy."), layers, drop)])


def lineardecoder(board):
    x, n = board.first("bottleneck", "perturbed", "teacher"), len(board.all("teacher"))
    heads = board.setting("lineardecoder.heads", 0) or max(x.shape[2] // 32, 1)
    board.put("student", dm.decoder(x, [own(board, f"lineardecoder.{i}.") for i in range(n)], heads))


def loose(board):
    n = len(board.all("teacher"))
    groups = min(board.setting("loose.groups", 2) or n, n)
    pairs = [dm.grouped(board.all(name), groups) for name in ("teacher", "student")]
    if board.case.training:
        step = board.parameter["loose.step"].item()
        p = dm.easy_share(step, board.setting("loose.easy", 0.9), board.setting("loose.rising", 1000))
        loss, gap = dm.loose_loss(*pairs, p, board.setting("loose.factor", 0.1))
        assert gap > 1e-5, "float32 might choose other points"
        board.losses["loose"] = loss, board.setting("loose.weight", 1.0)
        board.value["next.loose.step"] = board.parameter["loose.step"] + 1
        return
    size, corners = board.all("image")[0].shape[3], board.setting("loose.align_corners", "yes") == "yes"
    maps, sigma = dm.score(*pairs, size, corners), board.setting("loose.smooth", 4.0)
    window = board.setting("loose.window", 5)
    if sigma > 0:
        maps = dm.windowed(maps, sigma, window) if window else smooth(maps, sigma)
    board.put("score", [maps])
    board.put("score.image", [dm.largest_mean(maps, board.setting("loose.share", 0.01))])


def bottleneck_tensors(c, hidden):
    return {"noisy.fc1.weight": normal((hidden, c), 0.5), "noisy.fc1.bias": normal((hidden,), 0.5),
            "noisy.fc2.weight": normal((c, hidden), 0.5), "noisy.fc2.bias": normal((c,), 0.5)}


def block_tensors(prefix, c, hidden):
    shapes = {"attn.in_proj_weight": (3 * c, c), "attn.in_proj_bias": (3 * c,), "attn.out_proj.weight": (c, c),
              "attn.out_proj.bias": (c,), "mlp.c_fc.weight": (hidden, c), "mlp.c_fc.bias": (hidden,),
              "mlp.c_proj.weight": (c, hidden), "mlp.c_proj.bias": (c,)}
    made = {prefix + name: normal(shape, 0.5) for name, shape in shapes.items()}
    for norm in ("ln_1", "ln_2"):
        made |= {f"{prefix}{norm}.weight": 1 + normal((c,), 0.3), f"{prefix}{norm}.bias": normal((c,), 0.3)}
    return made


def decoder_tensors(layers, c, hidden):
    return {name: value for i in range(layers) for name, value in block_tensors(f"lineardecoder.{i}.", c, hidden).items()}


def bottleneck_case(play="", n=4, c=4, layers=3, ratio=4, **more):
    return Case(("noisy " + play).strip(), features("teacher", n=n, c=c, layers=layers),
                bottleneck_tensors(c, int(ratio * c)), ["bottleneck.0"], **more)


def decoder_case(play="", n=4, c=4, layers=2, ratio=4, above="bottleneck", **more):
    board = features("teacher", n=n, c=c, layers=layers)
    if above:
        board[f"{above}.0"] = normal((2, n, c))
    return Case(("lineardecoder " + play).strip(), board, decoder_tensors(layers, c, int(ratio * c)),
                [f"student.{i}" for i in range(layers)], **more)


def step(number):
    return {"loose.step": torch.tensor([float(number)], dtype=torch.float64)}


def loss_case(play="", at=0, n=10, c=3, layers=3, b=2, near=0.7):
    board = features("teacher", b=b, n=n, c=c, layers=layers)
    board |= {f"student.{i}": board[f"teacher.{i}"] + normal((b, n, c), near) for i in range(layers)}
    board["image.0"] = torch.zeros(b, 1, 4, 4)
    return Case(("loose " + play).strip(), board, out=["loss.loose", "next.loose.step"], buffers=step(at))


def map_case(play="", grid=3, c=3, layers=3, b=2, size=11):
    board = features("teacher", "student", b=b, n=1 + grid * grid, c=c, layers=layers)
    board["image.0"] = torch.zeros(b, 1, size, size)
    return Case(("loose " + play).strip(), board, judged=["score.0"], out=["score.0", "score.image.0"], training=False)


def whole_case(play="", layers=4, c=4, grid=3, b=3, training=True):
    """The line of words, as small as it can be."""
    board = features("teacher", b=b, n=1 + grid * grid, c=c, layers=layers)
    board["image.0"] = torch.zeros(b, 1, 12, 12)
    parameters = bottleneck_tensors(c, 2 * c) | decoder_tensors(layers, c, 2 * c)
    judged = [] if training else ["score.0"]
    out = ["loss.loose", "next.loose.step"] if training else ["score.0", "score.image.0"]
    small = "noisy.ratio=2 lineardecoder.ratio=2 lineardecoder.heads=2"
    return Case((f"noisy lineardecoder loose {small} " + play).strip(), board, parameters, judged, out,
                training=training, buffers=step(600) if training else None)


def dinomaly_cases():
    return {
        "bottleneck": bottleneck_case(), "one layer": bottleneck_case(layers=1),
        "no dropout": bottleneck_case("noisy.dropout=0"),
        "half": bottleneck_case("noisy.dropout=0.5 noisy.ratio=2", ratio=2), "scoring": bottleneck_case(training=False),
        "decoder": decoder_case(), "heads": decoder_case("lineardecoder.heads=4"),
        "ratio": decoder_case("lineardecoder.ratio=0.5 lineardecoder.heads=2", ratio=0.5),
        "above": decoder_case(above=None), "perturbed": decoder_case(above="perturbed", training=False),
        "first step": loss_case(), "rising": loss_case(at=300), "risen": loss_case(at=5000),
        "at once": loss_case("loose.rising=0 loose.easy=0.6"), "quick": loss_case("loose.rising=20", at=7),
        "hardest": loss_case("loose.easy=1 loose.rising=1", at=3), "none easy": loss_case("loose.easy=0", at=2000),
        "stopped": loss_case("loose.factor=0 loose.weight=0.3", at=2000),
        "one group": loss_case("loose.groups=1", at=900), "many groups": loss_case("loose.groups=9", at=900),
        "five in three": loss_case("loose.groups=3", layers=5, at=900),
        "map": map_case(), "sharp": map_case("loose.smooth=0 loose.share=0.3"),
        "largest": map_case("loose.share=0 loose.groups=1"), "mean": map_case("loose.share=1 loose.groups=0"),
        "whole": map_case("loose.window=0 loose.smooth=1.5 loose.align_corners=no"),
        "wide": map_case("loose.window=9 loose.smooth=2", size=7), "point": map_case("loose.window=1", grid=1),
        "training": whole_case(), "test": whole_case(layers=3, training=False),
    }


MODULES = {f.__name__: f for f in (noisy, lineardecoder, loose)}
FILES = {"dinomaly": dinomaly_cases}
