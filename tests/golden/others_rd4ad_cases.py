"""Cases of reverse distillation: others_rd4ad.py on a board."""
import torch

import others_rd4ad as rd
from equations_case import Case, normal


def network(board):
    return rd.Net(rd.pytorch_layout(board.parameter), board.case.training)


def finish(board, net):
    assert net.least > 1e-5, "float32 might be on the other side of relu's kink"
    for name, value in net.after.items():
        board.value[f"next.{name}"] = value


def ocbe(board):
    net = network(board)
    found = rd.ocbe(net, [rd.maps(f) for f in board.all("teacher")], board.setting("ocbe.blocks", 3))
    finish(board, net)
    board.put("bottleneck", [rd.tokens(found)])


def deresnet(board):
    net, features = network(board), [rd.maps(f) for f in board.all("teacher")]
    blocks = [int(word) for word in board.setting("deresnet.blocks", "3 4 6").split()]
    found = rd.deresnet(net, rd.maps(board.all("bottleneck")[-1]), [f.shape[2] for f in features], blocks)
    finish(board, net)
    board.put("student", [rd.tokens(x) for x in found])


def block_tensors(name, c, width, out, half=False, twice=False):
    """Shapes of a block in the kit's layout, and its output's channels."""
    side = 2 if twice else 3
    shapes = {f"{name}.conv1.weight": (width, 1, 1, c), f"{name}.conv2.weight": (width, side, side, width),
              f"{name}.conv3.weight": (out, 1, 1, width)}
    norms = {f"{name}.bn1": width, f"{name}.bn2": width, f"{name}.bn3": out}
    if half or twice or c != out:
        one = 2 if twice else 1
        shapes[f"{name}.beside.0.weight"] = (c, 2, 2, out) if twice else (out, one, one, c)
        norms[f"{name}.beside.1"] = out
    return shapes, norms


def bottleneck_tensors(layers, base, blocks):
    """layers: (side, channels) of each."""
    shapes, norms, wide = {}, {}, 0
    last, c = layers[-1]
    for i, (side, channels) in enumerate(layers):
        k = 0
        while side > last:
            shapes[f"ocbe.fuse.{i}.{k}.conv.weight"] = (2 * channels, 3, 3, channels)
            norms[f"ocbe.fuse.{i}.{k}.bn"] = 2 * channels
            side, channels, k = (side + 1) // 2, 2 * channels, k + 1
        wide += channels
    for i in range(blocks):
        more = block_tensors(f"ocbe.{i}", wide, c * base // 128, 2 * c, half=i == 0)
        shapes, norms, wide = shapes | more[0], norms | more[1], 2 * c
    return shapes, norms


def student_tensors(layers, base, blocks, side, c):
    shapes, norms = {}, {}
    for k, ((wanted, out), count) in enumerate(zip(reversed(layers), blocks, strict=True)):
        for i in range(count):
            twice = i == 0 and wanted != side
            more = block_tensors(f"deresnet.layer{k + 1}.{i}", c, out * base // 256, out, twice=twice)
            shapes, norms, side, c = shapes | more[0], norms | more[1], wanted, out
    return shapes, norms


def filled(shapes, norms):
    """Parameters, buffers. Biases are mostly positive, so that no place ends with zeros alone, which has no cosine."""
    parameters = {name: normal(shape, 0.4) for name, shape in shapes.items()}
    parameters |= {f"{name}.weight": 1 + normal((c,), 0.3) for name, c in norms.items()}
    parameters |= {f"{name}.bias": 1 + normal((c,), 0.3) for name, c in norms.items()}
    buffers = {f"{name}.running_mean": normal((c,), 0.3) for name, c in norms.items()}
    buffers |= {f"{name}.running_var": 0.5 + normal((c,)).square() for name, c in norms.items()}
    return parameters, buffers


def averages(norms, some):
    return [f"next.{name}.{what}" for name in some if name in norms for what in ("running_mean", "running_var")]


def bottleneck_case(layers, base=64, blocks=2, training=True, b=2):
    board = {f"teacher.{i}": normal((b, 1 + side * side, c)) for i, (side, c) in enumerate(layers)}
    shapes, norms = bottleneck_tensors(layers, base, blocks)
    parameters, buffers = filled(shapes, norms)
    some = ("ocbe.fuse.0.0.bn", "ocbe.0.bn2", "ocbe.0.beside.1")
    return Case(f"ocbe ocbe.base={base} ocbe.blocks={blocks}", board, parameters, ["bottleneck.0"],
                ["bottleneck.0"] + averages(norms, some) * training, training=training, buffers=buffers)


def student_case(layers, side, c, base=128, blocks=(1, 1), training=True, b=2):
    board = {f"teacher.{i}": normal((b, 1 + side * side, c)) for i, (side, c) in enumerate(layers)}
    board["bottleneck.0"] = normal((b, 1 + side * side, c))
    shapes, norms = student_tensors(layers, base, blocks, side, c)
    parameters, buffers = filled(shapes, norms)
    names = [f"student.{i}" for i in range(len(layers))]
    return Case(f"deresnet deresnet.base={base} deresnet.blocks={'~'.join(map(str, blocks))}", board, parameters, names,
                names + averages(norms, ("deresnet.layer1.0.bn2", "deresnet.layer2.0.beside.1")) * training,
                training=training, buffers=buffers)


def whole_case(layers, size=8, training=True, b=3):
    """The line of words, as small as it can be."""
    board = {f"teacher.{i}": normal((b, 1 + side * side, c)) for i, (side, c) in enumerate(layers)}
    board["image.0"] = torch.zeros(b, 3, size, size)
    side, c = layers[-1]
    of_bottleneck = bottleneck_tensors(layers, 64, 1)
    of_student = student_tensors(layers, 128, (1,) * len(layers), (side + 1) // 2, 2 * c)
    parameters, buffers = filled(of_bottleneck[0] | of_student[0], of_bottleneck[1] | of_student[1])
    ones = "~".join(["1"] * len(layers))
    play = f"ocbe deresnet distill ocbe.blocks=1 deresnet.blocks={ones} distill.smooth=1.5"
    judged = [] if training else ["score.0"]
    return Case(play, board, parameters, judged, ["loss.distill"] if training else ["score.0", "score.image.0"],
                training=training, buffers=buffers)


def cases():
    stages, two, grid = ((8, 2), (4, 4), (2, 8)), ((4, 8), (2, 8)), ((4, 8), (4, 8))
    return {"fused": bottleneck_case(stages, blocks=1, b=3),
            "fused_scoring": bottleneck_case(stages, blocks=1, training=False),
            "one_grid": bottleneck_case(((4, 4), (4, 4), (4, 4))),
            "odd": bottleneck_case(((5, 3), (3, 6)), base=96, blocks=1, b=3),
            "one_layer": bottleneck_case(((3, 4),), blocks=1, b=1),
            "students": student_case(((8, 4), (4, 8)), 2, 6, blocks=(2, 1)),
            "students_scoring": student_case(((8, 4), (4, 8)), 2, 6, training=False),
            "same_grid": student_case(((4, 8), (4, 4)), 2, 8, base=64),
            "loss": whole_case(grid, b=2), "map": whole_case(two, training=False)}


MODULES = {"ocbe": ocbe, "deresnet": deresnet}
FILES = {"rd4ad": cases}
