#!/usr/bin/env python3
"""Eq. 1-17 of the paper, and each way to read what it leaves open, in float64: the cases of tests/test_equations.c.

    python3 tests/golden/make_equations.py [NAME...]     writes tests/golden/equations/NAME.safetensors, or all of them

Made with Python 3.11.7, PyTorch 2.11.0, NumPy 2.4.6, SciPy 1.17.1, on one thread. Written from the paper's equations
and from the readings that experiments/cnc.ini lists; nothing here was taken from the C. PyTorch differentiates.

A case is a board (named lists of values), parameters, and modules that play on it in turn. Its objective is the sum of
the modules' losses with their weights and, for values on the board that are no loss, of value times `judge`, numbers
drawn once. Inputs are rounded to float32 before anything is computed. A file holds, for each case:

    CASE                    metadata: training or scoring, epoch=N, sums=N, the modules, the settings that are not default
    CASE/board/NAME.I       float32, what is on the board at the beginning
    CASE/parameter/NAME     float32
    CASE/judge/NAME.I       float32
    CASE/out/NAME           float64: a value on the board NAME.I, a loss loss.NAME, or the objective: total
    CASE/gradient/NAME      float64: of the objective, to everything on the board and to each parameter
    CASE/error              float64, one number for each out/ and gradient/ in order of name: the largest change, in DRAWS
                            runs with the errors of float32 at every step (see Rounding), of any number of the tensor

Random draws are the kit's own by the published formula (Philox4x32-10, Salmon et al. 2011): see `words`.
"""
import json
import math
import pathlib
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import gaussian_filter
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

SEED, DRAWS, EPS = 20250, 64, 2.0**-23
FOLDER = pathlib.Path(__file__).resolve().parent / "equations"


# ---- errors of float32 -----------------------------------------------------------------------------------------------


class Rounding(TorchDispatchMode):
    """Every number that an operation makes, on the way forward and on the way back, is wrong by as much as float32 may
    make it wrong, up or down at random: a sum of n terms by (n + 5) eps / 2 of the size of its terms without their signs,
    whatever the order of adding; anything else, n being 1, by 3 eps of its own size, which is what the kit's elementary
    functions keep and more than the half eps of a product. `longest` becomes the length of the longest sum."""

    MOVES = {"cat", "stack", "clone", "detach", "index_select", "gather", "zeros_like", "ones_like", "slice_backward",
             "select_backward", "new_zeros", "full_like", "_to_copy", "constant_pad_nd", "neg", "abs", "sort", "where",
             "diagonal_backward", "maximum", "minimum", "lift_fresh", "zeros", "ones", "amax", "sign", "_unsafe_view"}
    PRODUCTS, SUMS = {"mm", "bmm", "addmm", "baddbmm", "mv", "dot"}, {"sum", "mean"}

    def __init__(self, seed):
        super().__init__()
        self.generator = torch.Generator().manual_seed(seed)
        self.longest = 1

    def __torch_dispatch__(self, op, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        out, name = op(*args, **kwargs), op.overloadpacket.__name__
        made = out[0] if isinstance(out, tuple) else out
        whole = not isinstance(made, torch.Tensor) or made.dtype != torch.float64
        if whole or op.is_view or op._schema.is_mutable or name in self.MOVES:
            return out
        terms = self.length(name, args, made)
        self.longest = max(self.longest, terms)
        sums = name in self.PRODUCTS or name in self.SUMS
        sizes = op(*tree_map(self.size, args), **kwargs) if sums else tree_map(self.size, out)
        return tree_map(lambda x, size: self.round(x, size, terms), out, sizes)

    @staticmethod
    def size(x):
        return x.abs() if isinstance(x, torch.Tensor) and x.dtype == torch.float64 else x

    def round(self, x, size, terms):
        if not isinstance(x, torch.Tensor) or x.dtype != torch.float64:
            return x
        signs = torch.randint(0, 2, x.shape, generator=self.generator) * 2 - 1
        return x + size * signs * ((terms + 5) / 2 * EPS)

    def length(self, name, args, made):
        """Terms of each sum; of a normalisation as many as it looks at; of a resized picture four, and back as many."""
        given = [x for x in args if isinstance(x, torch.Tensor)]
        if name in self.PRODUCTS:
            return given[-1].shape[0 if given[-1].dim() < 3 else 1] + name.startswith("add")
        if "softmax" in name or "layer_norm" in name:
            return max(given[0].shape[-1], given[0].numel() // given[0].shape[-1])
        ratio = -(-max((x.numel() for x in given), default=1) // max(made.numel(), 1))
        return 4 * ratio if "upsample" in name else ratio


# ---- draws -----------------------------------------------------------------------------------------------------------


def stream_key(seed, name):
    """Key of a named stream: FNV-1a of the name begun with the seed, then MurmurHash3's finaliser."""
    mask = 2**64 - 1
    h = 0xCBF29CE484222325 ^ seed
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & mask
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        h = (h ^ h >> 33) * factor & mask
    return h ^ h >> 33


def words(key, step, count):
    """Philox4x32-10 with counter (index, step) and that key: element e of a tensor takes word e % 4 of block e / 4."""
    made = []
    for index in range((count + 3) // 4):
        c = [index & 0xFFFFFFFF, index >> 32, step & 0xFFFFFFFF, step >> 32]
        k0, k1 = key & 0xFFFFFFFF, key >> 32
        for _ in range(10):
            p0, p1 = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
            c = [p1 >> 32 ^ c[1] ^ k0, p1 & 0xFFFFFFFF, p0 >> 32 ^ c[3] ^ k1, p0 & 0xFFFFFFFF]
            k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
        made += c
    return torch.tensor(made[:count])


def uniforms(name, shape):
    """On (0, 1], 24 bits; the tests run step 0 of seed 11."""
    w = words(stream_key(11, name), 0, math.prod(shape))
    return (((w >> 8) + 1).double() * 2.0**-24).reshape(shape)


def normals(name, shape):
    """Box and Muller's: each two uniforms give a cosine and a sine."""
    u = uniforms(name, ((math.prod(shape) + 3) // 4 * 2, 2))
    radius, angle = (-2 * u[:, 0].log()).sqrt(), 2 * math.pi * u[:, 1]
    return torch.stack([radius * angle.cos(), radius * angle.sin()], 1).flatten()[: math.prod(shape)].reshape(shape)


# ---- the paper's equations -------------------------------------------------------------------------------------------


def unit(x):
    return x / (x * x).sum(-1, keepdim=True).sqrt()


def eq1(x, prompts, tau):
    """log p(y|x), a row for each x (B, C), over prompts (J, C)."""
    logits = x @ prompts.T / tau
    return logits - logits.logsumexp(1, keepdim=True)


def eq2(v, words_n):
    """p_n = [V_1] ... [V_M] [object] between the text's start and end; words_n: [start] [object] [end]."""
    return torch.cat([words_n[:1], v, words_n[1:]])


def eq3(v, words_a):
    """p_a = [V_1] ... [V_M] [damaged] [object]."""
    return torch.cat([words_a[:1], v, words_a[1:]])


def eq4(e, g_n, g_a, tau):
    """One layer's term of L_c^1, mean over the batch."""
    normal, abnormal = e @ g_n / tau, e @ g_a / tau
    return (torch.stack([normal, abnormal]).logsumexp(0) - normal).mean()


def eq5(f, scale, psi):
    return f + (scale * psi)[..., None]


def eq6(alpha, beta):
    return (1 + torch.tanh(alpha - beta)) / 2


def eq7(f, g_n, g_a):
    return f @ g_n, f @ g_a


def eq8(f_hat, scale, psi_hat):
    return f_hat + (scale * psi_hat)[..., None]


def eq9(f, f_hat):
    """One layer's term of L_distill, mean over the vectors (B, L)."""
    a, b = f.flatten(1), f_hat.flatten(1)
    return (1 - (a * b).sum(1) / ((a * a).sum(1).sqrt() * (b * b).sum(1).sqrt())).mean()


def eq10(e_hat, g_n, g_a, tau):
    normal, abnormal = e_hat @ g_n / tau, e_hat @ g_a / tau
    return (torch.stack([normal, abnormal]).logsumexp(0) - normal).mean()


def eq11(epoch, theta, gamma):
    """Weight of L_c^2."""
    return 0 if epoch < theta else gamma


def eq12(features, weight, bias):
    return torch.cat(features, -1) @ weight.T + bias


def eq13(z, weight, bias):
    return z @ weight.T + bias


def eq14(z, gates, expert):
    """z (R, C), gates (R, T), zero for experts that are not among the top K; expert(t, z) is E_t(z)."""
    return sum(gates[:, t : t + 1] * expert(t, z) for t in range(gates.shape[1]))


def eq15(gates, epsilon, printed):
    """Squared coefficient of variation of the experts' importance; `printed`: SD^2 over the square of each expert's
    mean over the R tokens, mean over the experts."""
    importance = gates.sum(0)
    apart = importance - importance.mean()
    below = gates.mean(0) if printed else importance.mean()
    return ((apart * apart).mean() / (below * below + epsilon)).mean()


def eq16(losses):
    return sum(weight * value for value, weight in losses)


def eq17(f, f_hat, size, align_corners):
    """One layer's map (B, S, S) of features (B, H W, C): sigma(1 - d)."""
    a, b = unit(f), unit(f_hat)
    side = math.isqrt(f.shape[1])
    grid = (1 - (a * b).sum(2)).reshape(-1, 1, side, side)
    return F.interpolate(grid, size=(size, size), mode="bilinear", align_corners=align_corners)[:, 0]


# ---- modules: the equations on a board -------------------------------------------------------------------------------


class Board:
    """Values by name, settings, losses. `exact` is the run without rounding: it notes which experts were chosen, and
    the runs with rounding choose the same."""

    def __init__(self, case, values, parameters, chosen):
        self.case, self.parameter, self.chosen, self.losses = case, parameters, chosen, {}
        self.value = {}
        for name, value in values.items():
            self.value[name] = value

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
    first = second = 0
    for i, (f, f_hat) in enumerate(zip(board.all("teacher"), board.all("student"))):
        spoken = [text_tower(board, eq2(board.parameter["cnc.normal"][i], words_n)),
                  text_tower(board, eq3(board.parameter["cnc.abnormal"][i], words_a))]
        board.value[f"spoken.{2 * i}"], board.value[f"spoken.{2 * i + 1}"] = spoken[0][None], spoken[1][None]
        g_n, g_a = unit(spoken[0]), unit(spoken[1])
        first = first + eq4(global_feature(board, meet(board, f)), g_n, g_a, tau)
        if board.setting("cnc.anchor_grad", "all") == "eq4":
            g_n, g_a = g_n.detach(), g_a.detach()
        second = second + eq10(global_feature(board, meet(board, f_hat)), g_n, g_a, tau)
        if board.setting("cnc.lambda", "patch") != "none":
            scale, cosine = inverse_norm(board, f), board.setting("cnc.similarity", "normalised_g") == "cosine"
            met, met_hat = (unit(meet(board, x)) if cosine else meet(board, x) for x in (f, f_hat))
            board.value[f"teacher.{i}"] = eq5(f, scale, eq6(*eq7(met, g_n, g_a)))
            board.value[f"student.{i}"] = eq8(f_hat, scale, eq6(*eq7(met_hat, g_n, g_a)))
    if board.case.training:
        board.losses["prompts"] = first, 1
        weight = eq11(board.case.epoch, board.setting("cnc.theta", 5), board.setting("cnc.gamma", 0.1))
        board.losses["constraint"] = second, weight


def noise(board):
    """Units: the token's root mean square; 1; or the token's norm over C. The gradient takes the unit for a constant."""
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
        board.losses["moe"] = eq15(gates, board.setting("moe.epsilon", 1e-10), printed), board.setting("moe.weight", 1.0)


def decoder(board):
    """Blocks of PyTorch's own layers; F_D^i reconstructs the layers from the deepest to the shallowest, or the reverse."""
    x, n = board.first("bottleneck", "perturbed", "teacher"), len(board.all("teacher"))
    c, decoded = x.shape[2], []
    heads = board.setting("decoder.heads", 0) or max(c // 32, 1)
    for i in range(n):
        w = {name[len(f"decoder.{i}.") :]: value for name, value in board.parameter.items() if name.startswith(f"decoder.{i}.")}
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


# ---- cases -----------------------------------------------------------------------------------------------------------


class Case:
    """out: what is compared, besides the objective and the gradients. judged: what on the board counts in the objective
    though it is no loss."""

    def __init__(self, play, board, parameters=None, judged=(), out=None, training=True, epoch=0):
        self.play = play
        self.modules = [word for word in play.split() if "=" not in word]
        self.settings = dict(word.split("=") for word in play.split() if "=" in word)
        self.board, self.parameters = rounded(board), rounded(parameters or {})
        self.judged, self.out = list(judged), list(judged if out is None else out)
        self.training, self.epoch, self.judge, self.chosen = training, epoch, {}, {}

    def run(self):
        """The results by their names in the file."""
        board = {name: value.clone().requires_grad_() for name, value in self.board.items()}
        parameters = {name: value.clone().requires_grad_() for name, value in self.parameters.items()}
        leaves = {**board, **parameters}
        stage = Board(self, board, parameters, self.chosen)
        for name in self.modules:
            MODULES[name](stage)
        for name in self.judged:
            if name not in self.judge:
                self.judge[name] = rounded({name: normal(stage.value[name].shape)})[name]
        total = stage.objective()
        slopes = torch.autograd.grad(total, list(leaves.values()), allow_unused=True, materialize_grads=True)
        stage.value.update({f"loss.{name}": value for name, (value, _) in stage.losses.items()}, total=total)
        found = {f"out/{name}": stage.value[name] for name in self.out + ["total"]}
        found.update({f"gradient/{name}": slope for name, slope in zip(leaves, slopes)})
        return {name: found[name].detach() for name in sorted(found)}

    def solve(self):
        """The file's tensors and metadata of this case, both by the part of the name after CASE."""
        found, worst, longest = self.run(), {}, 1
        for draw in range(DRAWS):
            with Rounding(draw) as rounding:
                other = self.run()
            longest = max(longest, rounding.longest)
            for name, value in found.items():
                apart = (other[name] - value).abs().max().item()
                worst[name] = max(worst.get(name, 0), apart)
        assert all(value.isfinite().all() for value in found.values()), self.play
        tensors = {**{f"/board/{k}": v.float() for k, v in self.board.items()},
                   **{f"/parameter/{k}": v.float() for k, v in self.parameters.items()},
                   **{f"/judge/{k}": v.float() for k, v in self.judge.items()},
                   **{f"/{k}": v for k, v in found.items()},
                   "/error": torch.tensor([worst[name] for name in found], dtype=torch.float64)}
        phase = "training" if self.training else "scoring"
        return tensors, f"{phase} epoch={self.epoch} sums={longest} {self.play}"


def rounded(tensors):
    return {name: value.float().double() for name, value in tensors.items()}


GENERATOR = torch.Generator()


def normal(shape, std=1.0):
    return torch.randn(tuple(shape), generator=GENERATOR, dtype=torch.float64) * std


def features(*names, b=2, n=5, c=6, layers=3, std=1.0):
    return {f"{name}.{i}": normal((b, n, c), std) for name in names for i in range(layers)}


def prompts(m=3, ct=5, joint=6, layers=3, stop=False, std=0.5):
    """Words, text tower and learnable tokens: board and parameters."""
    end = "_." if stop else ""
    board = {f"words.object{end}.0": normal((3 + stop, ct)), f"words.damaged_object{end}.0": normal((4 + stop, ct)),
             "tower.rows.0": 0.5 + torch.arange(m + 4 + stop) / 8, "tower.out.0": normal((ct, joint))}
    return board, {name: normal((layers, m, ct), std) for name in ("cnc.normal", "cnc.abnormal")}


def text_case(play="", b=2, n=5, c=6, layers=3, joint=None, scale=1.0, **kinds):
    """Board and parameters of a case of cnc."""
    given = {"m": 3} | {key: kinds.pop(key) for key in ("m", "ct", "stop", "std") if key in kinds}
    board, parameters = prompts(joint=joint or c, layers=layers, **given)
    board.update(features("teacher", "student", b=b, n=n, c=c, layers=layers, std=scale))
    if joint:
        board["tower.project.0"] = normal((c, joint), c**-0.5)
    return Case(f"cnc {play} cnc.length={given['m']}", board, parameters, **kinds)


def near_words(case, apart):
    """Makes g_n and g_a differ by about `apart`: the learnt tokens nearly agree, the words count little."""
    case.parameters["cnc.abnormal"] = case.parameters["cnc.normal"] + normal(case.parameters["cnc.normal"].shape, apart)
    length = case.parameters["cnc.normal"].shape[1]
    case.board["tower.rows.0"][length + 1 :] = apart / 16
    case.board["words.object.0"][0] = case.board["words.damaged_object.0"][0]
    case.board, case.parameters = rounded(case.board), rounded(case.parameters)
    return case


def spoken(which, **kinds):
    """Cases of Eq. 2 and 3: only the texts of one kind count."""
    names = [f"spoken.{2 * i + which}" for i in range(kinds.get("layers", 3))]
    return text_case("cnc.lambda=none " + kinds.pop("play", ""), judged=names, training=False, n=2, **kinds)


def spoken_cases(which):
    return {"short": spoken(which), "one": spoken(which, m=1, layers=1, b=1),
            "twelve": spoken(which, m=12, layers=2), "full_stop": spoken(which, play="cnc.template=anomalyclip", stop=True)}


def equation_1():
    def pairs(b, scale, spread=1.0, two=False):
        board = {"image.feature.0": normal((b, 5)), "text.feature.0": normal((b, 5)), "logit.scale.0": torch.tensor(scale)}
        board["image.feature.0"] = board["image.feature.0"] * spread + board["text.feature.0"]
        if two:
            board["image.feature.1"] = normal((b, 5))
        losses = ["loss.contrast0"] + ["loss.contrast1"] * two
        return Case("contrast", board, out=losses)

    return {"tau_one": pairs(7, 0.0), "tau_clip": pairs(7, 2.65926), "one_pair": pairs(1, 2.0), "two": pairs(2, 1.0, two=True),
            "overflow": pairs(5, 4.6, 0.3), "limit": pairs(3, 7.0, 0.1)}


def alignment_cases(student):
    """Of Eq. 4, or, the epoch being theta, of Eq. 4 and 10."""
    def one(play="cnc.tau=0.5", **kinds):
        play += " cnc.gamma=0.75" if student else ""
        out = ["loss.prompts"] + ["loss.constraint"] * student
        return text_case(play, out=out, epoch=5 if student else 0, **kinds)

    return {"class_token": one(), "odd": one(b=1, n=7, c=7), "mean": one("cnc.tau=0.5 cnc.global=mean"),
            "one_patch": one("cnc.tau=0.25 cnc.global=mean", n=2, layers=1), "projected": one("cnc.tau=0.5", joint=4),
            "overflow": one("cnc.tau=0.001", b=3, scale=4.0), "tau": near_words(one("cnc.tau=0.001", b=3), 0.002),
            "anchor": one("cnc.tau=0.5 cnc.anchor_grad=eq4")}


def promotion_cases(name, extra):
    """Of Eq. 5-8: what becomes of the encoded or the decoded features when scoring."""
    judged = [f"{name}.{i}" for i in range(3)]

    def one(play="", **kinds):
        return text_case(play, training=False, judged=judged[: kinds.get("layers", 3)], **kinds)

    return extra(one)


def equations_5_8(one):
    return {"patch": one(), "map": one("cnc.lambda=map"), "none": one("cnc.lambda=none"), "odd": one(b=1, n=7, c=7),
            "anchor": one("cnc.anchor_grad=eq4"), "small": one(scale=0.05, layers=1)}


def equation_6(one):
    def ramp(case):  # f along the axes, so that alpha - beta goes from -8 to 8
        board = case.board["teacher.0"]
        board *= torch.linspace(-4, 4, board.shape[1])[None, :, None] + 0.25
        return case

    return {"both": one(), "saturated": one(scale=12.0, layers=1), "ramp": ramp(one(n=9, layers=1)),
            "equal": near_words(one(b=1), 0.0)}


def equation_7(one):
    return {"normalised_g": one(), "cosine": one("cnc.similarity=cosine"), "projected": one(joint=4),
            "projected_cosine": one("cnc.similarity=cosine", joint=4, layers=1), "odd": one(b=1, n=3, c=7, layers=1),
            "tiny": one(scale=0.01, layers=1)}


def equation_11():
    def at(epoch, play="cnc.theta=2 cnc.gamma=0.25"):
        return text_case("cnc.tau=0.5 " + play, out=["loss.prompts", "loss.constraint"], epoch=epoch, b=1, n=3)

    return {"before": at(1), "at_theta": at(2), "after": at(3), "from_the_first": at(0, "cnc.theta=0"), "stated": at(5, ""),
            "before_stated": at(4, "")}


def equation_9():
    def one(play="", **kinds):
        board = features("teacher", "student", **kinds)
        board["image.0"] = torch.zeros(kinds.get("b", 2), 3, 4, 4)
        return Case(("distill " + play).strip(), board, out=["loss.distill"])

    near = one(layers=2)  # where 1 - cosine is a small difference
    near.board.update(rounded({f"student.{i}": near.board[f"teacher.{i}"] + normal((2, 5, 6), 0.01) for i in range(2)}))
    return {"image": one(), "odd": one(b=1, n=10, c=7), "patch": one("distill.flat=patch"), "near": near,
            "all_tokens": one("distill.tokens=all"), "all_patch": one("distill.flat=patch distill.tokens=all", n=2, b=3),
            "weight": one("distill.weight=0.375", layers=1)}


def equation_12():
    def one(play, training=True, layers=3, **kinds):
        board = features("perturbed", layers=layers, **kinds)
        c = kinds.get("c", 6)
        parameters = {"mlf.weight": normal((c, layers * c), 0.3), "mlf.bias": normal((c,), 0.3)}
        return Case(("mlf " + play).strip(), board, parameters, ["bottleneck.0"], training=training)

    return {"plain": one("mlf.dropout=0"), "odd": one("mlf.dropout=0", b=1, n=7, c=5), "two": one("mlf.dropout=0", layers=2),
            "dropout": one("", n=9, c=8), "half": one("mlf.dropout=0.5", b=1), "scoring": one("mlf.dropout=0.5", training=False)}


def experts(play="", b=2, n=5, c=6, t=4, h=5, router=1.0, training=True, judged=("bottleneck.0",), source="bottleneck"):
    board = features(source, b=b, n=n, c=c, layers=3 if source != "bottleneck" else 1)
    parameters = {"moe.router.weight": normal((t, c), router), "moe.router.bias": normal((t,), 0.5),
                  "moe.w1": normal((t, h, c), 0.5), "moe.b1": normal((t, h), 0.5), "moe.w2": normal((t, c, h), 0.5),
                  "moe.b2": normal((t, c), 0.5)}
    sizes = f"moe moe.experts={t}" + (f" moe.hidden={h}" if "ratio" not in play else "")
    return Case(f"{sizes} {play}".strip(), board, parameters, judged, training=training)


def equation_13():
    def bare(t=4, **kinds):
        """E_t(z) is the t-th unit vector whatever z, and all T are kept: the result is H."""
        case = experts(f"moe.top={t}", t=t, h=1, training=False, **kinds)
        case.parameters["moe.w2"] = torch.zeros_like(case.parameters["moe.w2"])
        case.parameters["moe.b2"] = torch.eye(t, kinds.get("c", 6)).double()
        return case

    return {"gates": bare(), "odd": bare(3, b=1, n=7, c=5), "one_expert": bare(1), "one_token": bare(b=1, n=1),
            "overflow": bare(5, router=60.0)}


def tied(case, pairs):
    """Pairs of experts get the same score for every token: eighths, so that scores are exact in any order of adding."""
    for tensors, name in ((case.board, "bottleneck.0"), (case.parameters, "moe.router.weight"), (case.parameters, "moe.router.bias")):
        tensors[name] = (tensors[name] * 8).round() / 8
    for i, j in pairs:
        case.parameters["moe.router.weight"][j] = case.parameters["moe.router.weight"][i]
        case.parameters["moe.router.bias"][j] = case.parameters["moe.router.bias"][i]
    return case


def equation_14():
    kinds = "softmax", "renormalised", "top_softmax"
    cases = {f"{kind}": experts(f"moe.gate={kind}", training=False) for kind in kinds}
    cases |= {f"all_{kind}": experts(f"moe.gate={kind} moe.top=3", t=3, b=1, n=7, c=5, h=3, training=False) for kind in kinds}
    cases |= {f"one_{kind}": experts(f"moe.gate={kind} moe.top=1", t=1, b=1, training=False) for kind in kinds}
    cases |= {f"first_{kind}": experts(f"moe.gate={kind} moe.top=1", t=5, training=False) for kind in kinds}
    cases |= {f"tied_{kind}": tied(experts(f"moe.gate={kind}", t=5, training=False), [(1, 3), (0, 4)]) for kind in kinds}
    cases |= {"all_tied": tied(experts("moe.top=3", t=4, training=False), [(0, 1), (0, 2), (0, 3)])}
    cases |= {kind: experts(f"moe.activation={kind}", training=False) for kind in ("gelu", "quickgelu")}
    cases |= {"ratio": experts("moe.ratio=1.5", h=9, training=False), "as_wide": experts("moe.ratio=1", h=6, training=False)}
    cases |= {"perturbed": experts(source="perturbed", training=False, b=1), "teacher": experts(source="teacher", training=False, b=1)}
    return cases


def equation_15():
    def one(play="", **kinds):
        case = experts(play, judged=(), **kinds)
        case.out = ["loss.moe"]
        return case

    cases = {kind: one(f"moe.balance={kind}") for kind in ("experts", "printed")}
    cases |= {f"odd_{kind}": one(f"moe.balance={kind}", b=1, n=7, c=5, t=3) for kind in ("experts", "printed")}
    cases |= {f"one_{kind}": one(f"moe.balance={kind} moe.top=1", t=1, b=1) for kind in ("experts", "printed")}
    cases |= {f"epsilon_{kind}": one(f"moe.balance={kind} moe.epsilon=0.25", n=3) for kind in ("experts", "printed")}
    cases |= {"one_token": one(b=1, n=1), "collapsed": one(router=8.0), "tied": tied(one(), [(1, 3)]),
              "weight": one("moe.weight=0.375", b=1)}
    return cases


def decoder_parameters(c, layers, ratio=4.0):
    h, made = int(ratio * c), {}
    for i in range(layers):
        shapes = {"ln_1.weight": (c,), "ln_1.bias": (c,), "attn.in_proj_weight": (3 * c, c), "attn.in_proj_bias": (3 * c,),
                  "attn.out_proj.weight": (c, c), "attn.out_proj.bias": (c,), "ln_2.weight": (c,), "ln_2.bias": (c,),
                  "mlp.c_fc.weight": (h, c), "mlp.c_fc.bias": (h,), "mlp.c_proj.weight": (c, h), "mlp.c_proj.bias": (c,)}
        for name, shape in shapes.items():
            made[f"decoder.{i}.{name}"] = normal(shape, 0.3) + (1 if name.startswith("ln") and "weight" in name else 0)
    return made


def equation_16():
    def one(modules, play, epoch=5, ratio=1.0, b=2, n=5, c=6):
        case = text_case(play, b=b, n=n, c=c, epoch=epoch)
        losses = [("moe", "loss.moe"), ("cnc", "loss.prompts"), ("cnc", "loss.constraint"), ("distill", "loss.distill")]
        board, parameters = case.board, case.parameters
        board["image.0"] = torch.zeros(b, 3, 4, 4).double()
        if "mlf" in modules:
            board.update(rounded(features("perturbed", b=b, n=n, c=c)))
            parameters.update({"mlf.weight": normal((c, 3 * c), 0.3), "mlf.bias": normal((c,), 0.3)})
        else:
            board.update(rounded(features("bottleneck", b=b, n=n, c=c, layers=1)))
        if "decoder" in modules:
            for i in range(3):
                del board[f"student.{i}"]
            parameters.update(decoder_parameters(c, 3, ratio))
            play += f" decoder.ratio={ratio:g} decoder.heads=2"
        parameters.update(experts(t=4, h=3, c=c).parameters)
        play = f"{modules} {play} cnc.length=3 moe.experts=4 moe.hidden=3"
        return Case(play, board, parameters, out=[loss for module, loss in losses if module in modules], epoch=epoch)

    weights = "cnc.tau=0.5 moe.weight=0.5 distill.weight=0.375"
    return {"losses": one("moe cnc distill", "cnc.tau=0.5"), "weights": one("moe cnc distill", weights),
            "before_theta": one("moe cnc distill", "cnc.tau=0.5", epoch=4, b=1),
            "whole": one("mlf moe decoder cnc distill", "cnc.tau=0.5")}


def equation_17():
    def one(play="", size=8, out=("score.0", "score.image.0"), judged=("score.0",), **kinds):
        board = features("teacher", "student", **kinds)
        board["image.0"] = torch.zeros(kinds.get("b", 2), 3, size, size)
        return Case(("distill " + play).strip(), board, judged=judged, out=out, training=False)

    sharp = "distill.smooth=0"
    return {"stated": one(size=9), "sharp": one(sharp, judged=("score.0", "score.image.0")), "odd": one(sharp, b=1, n=10, c=7, size=7),
            "corners": one(sharp + " distill.align_corners=no"), "odd_corners": one(sharp + " distill.align_corners=no", n=10, size=11, b=1),
            "one_patch": one(sharp, n=2, size=3, layers=1), "smooth": one("distill.smooth=1.5"),
            "smooth_corners": one("distill.smooth=1.5 distill.align_corners=no", n=10, size=7, b=1), "layers": one(sharp, layers=5, b=1)}


def noise_cases():
    def one(play="", training=True, **kinds):
        return Case(("noise " + play).strip(), features("teacher", **kinds), judged=[f"perturbed.{i}" for i in range(3)], training=training)

    return {"relative": one(), "odd": one(b=1, n=7, c=7), "absolute": one("noise.mode=absolute noise.std=0.3"),
            "jitter": one("noise.mode=jitter noise.std=20"), "scoring": one(training=False), "none": one("noise.std=0")}


def decoder_cases():
    def one(play, c=6, n=5, layers=2, ratio=4.0, source="bottleneck", **kinds):
        board = features("teacher", c=c, n=n, layers=layers, **kinds)
        if source != "teacher":
            board.update(features(source, c=c, n=n, layers=1 if source == "bottleneck" else layers, **kinds))
        return Case(("decoder " + play).strip(), board, decoder_parameters(c, layers, ratio), [f"student.{i}" for i in range(layers)])

    return {"reversed": one("decoder.heads=2"), "aligned": one("decoder.heads=3 decoder.order=aligned"),
            "odd": one("decoder.ratio=2", c=7, n=7, b=1, ratio=2.0), "perturbed": one("decoder.ratio=1", source="perturbed", ratio=1.0),
            "teacher": one("decoder.ratio=1 decoder.heads=2", source="teacher", ratio=1.0, b=1, layers=3)}


FILES = {
    "eq01": equation_1, "eq02": lambda: spoken_cases(0), "eq03": lambda: spoken_cases(1), "eq04": lambda: alignment_cases(False),
    "eq05": lambda: promotion_cases("teacher", equations_5_8), "eq06": lambda: promotion_cases("teacher", equation_6),
    "eq07": lambda: promotion_cases("teacher", equation_7), "eq08": lambda: promotion_cases("student", equations_5_8),
    "eq09": equation_9, "eq10": lambda: alignment_cases(True), "eq11": equation_11, "eq12": equation_12, "eq13": equation_13,
    "eq14": equation_14, "eq15": equation_15, "eq16": equation_16, "eq17": equation_17, "noise": noise_cases,
    "decoder": decoder_cases,
}


def write(path, tensors, notes):
    """A safetensors file; the same bytes for the same contents. Float64 comes first, so that all numbers are aligned."""
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
    total = 0
    for number, (name, make) in enumerate(FILES.items()):
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        GENERATOR.manual_seed(SEED + number)
        tensors, notes = {}, {"made": f"PyTorch {torch.__version__.split('+')[0]}, float64, seed {SEED + number}"}
        for title, case in make().items():
            found, notes[title] = case.solve()
            tensors.update({title + part: value for part, value in found.items()})
        total += (size := write(FOLDER / f"{name}.safetensors", tensors, notes))
        print(f"{name}: {len(notes) - 1} cases, {size} bytes")
    print(f"{total} bytes")


main()
