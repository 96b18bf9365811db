"""The equations on a board, as the words of a model line play them one after another."""
import math

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter

from equations_draws import normals, uniforms
from equations_paper import (eq1, eq2, eq3, eq4, eq5, eq6, eq7, eq8, eq9, eq10, eq11, eq12, eq13, eq14, eq15, eq16,
                             eq17, unit)


class Board:
    """Values by name, settings, losses. The first run, which is exact, notes in `chosen` which experts it took; the
    runs with the errors of float32 take the same."""

    def __init__(self, case, values, parameters, chosen):
        self.case, self.parameter, self.chosen, self.losses = case, parameters, chosen, {}
        self.value, self.logits = dict(values), []

    def all(self, name):
        return [self.value[f"{name}.{i}"] for i in range(16) if f"{name}.{i}" in self.value]

    def put(self, name, values):
        for i, value in enumerate(values):
            self.value[f"{name}.{i}"] = value

    def first(self, *names):
        return next(self.all(name)[-1] for name in names if self.all(name))

    def setting(self, name, default):
        text = self.case.settings.get(name)
        return default if text is None else type(default)(text)

    def objective(self):
        terms = [(value, weight) for value, weight in self.losses.values()]
        terms += [((self.value[name] * judge).sum(), 1) for name, judge in self.case.judge.items()]
        return eq16(terms)


def contrast(board):
    """CLIP's training: Eq. 1 both ways, with a learnt 1 / tau that is at most 100 (Radford et al. 2021)."""
    texts, features = unit(board.all("text.feature")[0]), board.all("image.feature")
    scale = torch.exp(torch.minimum(board.value["logit.scale.0"], torch.tensor(math.log(100), dtype=torch.float64)))
    for i, feature in enumerate(features):
        images = unit(feature)
        if board.case.watched:
            board.logits.append((images @ texts.T * scale).max().item())
        both = eq1(images, texts, 1 / scale).diagonal() + eq1(texts, images, 1 / scale).diagonal()
        board.losses[f"contrast{i}"] = -both.mean(), 0.5 / len(features)


def text_tower(board, tokens):
    """Stands for G: causal, as it sees only the tokens up to the end, and each by its place. tokens (L, Ct) -> (C)."""
    return board.value["tower.rows.0"][: len(tokens)] @ tokens @ board.value["tower.out.0"]


def meet(board, f):
    """Where text is met: f itself, or projected."""
    return f @ board.value["tower.project.0"] if "tower.project.0" in board.value else f


def global_feature(board, f):
    return unit(f[:, 1:].mean(1) if board.setting("cnc.global", "class_token") == "mean" else f[:, 0])


def inverse_norm(board, f):
    """lambda of Eq. 5 and 8: of each token, or of all patches together; always of the encoded feature."""
    if board.setting("cnc.lambda", "patch") == "map":
        return 1 / (f[:, 1:] * f[:, 1:]).sum((1, 2)).sqrt()[:, None]
    return 1 / (f * f).sum(2).sqrt()


def cnc(board):
    tau, stop = board.setting("cnc.tau", 0.001), "_." if board.setting("cnc.template", "paper") == "anomalyclip" else ""
    words_n, words_a = board.all("words.object" + stop)[0], board.all("words.damaged_object" + stop)[0]
    over_batch = {"mean": torch.mean, "sum": torch.sum}[board.setting("cnc.reduction", "mean")]
    first = second = 0
    for i, (f, f_hat) in enumerate(zip(board.all("teacher"), board.all("student"))):
        spoken = [text_tower(board, eq2(board.parameter["cnc.normal"][i], words_n)),
                  text_tower(board, eq3(board.parameter["cnc.abnormal"][i], words_a))]
        board.value[f"spoken.{2 * i}"], board.value[f"spoken.{2 * i + 1}"] = spoken[0][None], spoken[1][None]
        g_n, g_a = unit(spoken[0]), unit(spoken[1])
        if board.case.watched:
            board.logits += [(global_feature(board, meet(board, x)) @ g_n / tau).max().item() for x in (f, f_hat)]
        first = first + eq4(global_feature(board, meet(board, f)), g_n, g_a, tau, over_batch)
        if board.setting("cnc.anchor_grad", "all") == "eq4":
            g_n, g_a = g_n.detach(), g_a.detach()
        second = second + eq10(global_feature(board, meet(board, f_hat)), g_n, g_a, tau, over_batch)
        if board.setting("cnc.lambda", "patch") != "none":
            scale, cosine = inverse_norm(board, f), board.setting("cnc.similarity", "normalised_g") == "cosine"
            met, met_hat = (unit(meet(board, x)) if cosine else meet(board, x) for x in (f, f_hat))
            board.value[f"teacher.{i}"] = eq5(f, scale, eq6(*eq7(met, g_n, g_a)))
            board.value[f"student.{i}"] = eq8(f_hat, scale, eq6(*eq7(met_hat, g_n, g_a)))
    if board.case.training:
        board.losses["prompts"] = first, 1
        weight = eq11(board.case.epoch, board.setting("cnc.theta", 5), board.setting("cnc.gamma", 0.1),
                      board.setting("cnc.ramp", 1))
        board.losses["constraint"] = second, weight


def noise(board):
    """Units: the token's root mean square; 1; its norm over C. The gradient takes the unit for a constant."""
    std, mode = board.setting("noise.std", 0.2), board.setting("noise.mode", "relative")
    for i, f in enumerate(board.all("teacher")):
        fixed = f.detach()
        unit_of = {"relative": (fixed * fixed).mean(2, keepdim=True).sqrt(), "absolute": torch.ones(1).double(),
                   "jitter": (fixed * fixed).sum(2, keepdim=True).sqrt() / f.shape[2]}[mode]
        noisy = f + std * unit_of * normals(f"noise:noise:{i}", f.shape)
        board.value[f"perturbed.{i}"] = noisy if board.case.training else f


def mlf(board):
    p = board.setting("mlf.dropout", 0.1)
    fused = eq12(board.all("perturbed"), board.parameter["mlf.weight"], board.parameter["mlf.bias"])
    if board.case.training and p > 0:  # after concatenation and product it is the module's third operation
        kept = uniforms("mlf:dropout:2", fused.shape) > np.float32(p)
        fused = fused * kept / (1 - p)
    board.put("bottleneck", [fused])


def top_gates(board, scores, gates):
    """Gates of the K best of T; of equals, those with the lower index."""
    k, kind = board.setting("moe.top", 2), board.setting("moe.gate", "softmax")
    if board.chosen.get("moe") is None:
        ranked = scores.detach().sort(dim=1, descending=True, stable=True)
        apart = ranked.values[:, k - 1 : k] - ranked.values[:, k : k + 1]
        assert ((apart == 0) | (apart > 1e-5)).all(), "float32 might choose other experts"
        board.chosen["moe"] = ranked.indices[:, :k]
    chosen = board.chosen["moe"]
    if kind == "top_softmax":
        values = torch.softmax(scores.gather(1, chosen), 1)
    else:
        values = gates.gather(1, chosen)
        values = values / values.sum(1, keepdim=True) if kind == "renormalised" else values
    return torch.zeros_like(gates).scatter(1, chosen, values)


def moe(board):
    x = board.first("bottleneck", "perturbed", "teacher")
    z = x.flatten(0, 1)
    get = {name: board.parameter["moe." + name] for name in ("router.weight", "router.bias", "w1", "b1", "w2", "b2")}
    activation = {"relu": torch.relu, "gelu": F.gelu, "quickgelu": lambda y: y * torch.sigmoid(1.702 * y)}

    def expert(t, rows):
        inner = rows @ get["w1"][t].T + get["b1"][t]
        assert (inner.abs() > 1e-5).all(), "float32 might be on the other side of relu's kink"
        hidden = activation[board.setting("moe.activation", "relu")](inner)
        return hidden @ get["w2"][t].T + get["b2"][t]

    scores = eq13(z, get["router.weight"], get["router.bias"])
    gates = torch.softmax(scores, 1)
    board.put("bottleneck", [eq14(z, top_gates(board, scores, gates), expert).reshape(x.shape)])
    if board.case.training:
        printed = board.setting("moe.balance", "experts") == "printed"
        loss = eq15(gates, board.setting("moe.epsilon", 1e-10), printed)
        board.losses["moe"] = loss, board.setting("moe.weight", 1.0)


def decoder(board):
    """Blocks of PyTorch's own layers, which reconstruct the deepest layer first, or the shallowest."""
    x, n = board.first("bottleneck", "perturbed", "teacher"), len(board.all("teacher"))
    c, decoded = x.shape[2], []
    heads = board.setting("decoder.heads", 0) or max(c // 32, 1)
    for i in range(n):
        prefix = f"decoder.{i}."
        w = {name[len(prefix) :]: value for name, value in board.parameter.items() if name.startswith(prefix)}
        y = F.layer_norm(x, (c,), w["ln_1.weight"], w["ln_1.bias"]).transpose(0, 1)
        y, _ = F.multi_head_attention_forward(
            y, y, y, c, heads, w["attn.in_proj_weight"], w["attn.in_proj_bias"], None, None, False, 0.0,
            w["attn.out_proj.weight"], w["attn.out_proj.bias"])
        x = x + y.transpose(0, 1)
        y = F.layer_norm(x, (c,), w["ln_2.weight"], w["ln_2.bias"]) @ w["mlp.c_fc.weight"].T + w["mlp.c_fc.bias"]
        x = x + (y * torch.sigmoid(1.702 * y)) @ w["mlp.c_proj.weight"].T + w["mlp.c_proj.bias"]
        decoded.append(x)
    board.put("student", decoded if board.setting("decoder.order", "reversed") == "aligned" else decoded[::-1])


def smooth(maps, sigma):
    """scipy's gaussian_filter along both sides, as a matrix, so that it can be differentiated."""
    matrix = gaussian_filter(np.eye(maps.shape[1]), (sigma, 0), mode="reflect")
    for one in maps.detach().numpy():
        assert np.allclose(matrix @ one @ matrix.T, gaussian_filter(one, sigma), rtol=0, atol=1e-13)
    return torch.from_numpy(matrix) @ maps @ torch.from_numpy(matrix).T


def distill(board):
    pairs = list(zip(board.all("teacher"), board.all("student")))
    if board.case.training:
        if board.setting("distill.tokens", "patches") == "patches":
            pairs = [(f[:, 1:], f_hat[:, 1:]) for f, f_hat in pairs]
        if board.setting("distill.flat", "image") == "patch":
            pairs = [(f.flatten(0, 1), f_hat.flatten(0, 1)) for f, f_hat in pairs]
        board.losses["distill"] = sum(eq9(*pair) for pair in pairs), board.setting("distill.weight", 1.0)
        return
    size, corners = board.all("image")[0].shape[3], board.setting("distill.align_corners", "yes") == "yes"
    maps = sum(eq17(f[:, 1:], f_hat[:, 1:], size, corners) for f, f_hat in pairs)
    sigma = board.setting("distill.smooth", 4.0)
    maps = smooth(maps, sigma) if sigma > 0 else maps
    board.put("score", [maps])
    board.put("score.image", [maps.flatten(1).amax(1)])


MODULES = {f.__name__: f for f in (contrast, noise, mlf, moe, decoder, cnc, distill)}
