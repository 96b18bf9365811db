"""UniAD (You et al. 2022, "A Unified Model for Multi-class Anomaly Detection", Sec. 3 and Fig. 3), in PyTorch: functions
of tensors. Patches are (B, N, C), N = G x G; `p` has the parameters by the names that PyTorch's layers give them; `drop`
is what dropout does to a tensor, called in the order of the text."""
import math

import torch
import torch.nn.functional as F


def jitter(f, normals, scale):
    """Feature jittering: each patch gets noise of its norm over C times alpha. The norm counts as a constant."""
    return f + normals * (f.detach().norm(dim=-1, keepdim=True) / f.shape[-1] * scale)


def linear(p, name, x):
    return x @ p[f"{name}.weight"].T + p[f"{name}.bias"]


def norm(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"])


def attention(p, name, query, key, value, heads, hidden, drop):
    """PyTorch's MultiheadAttention; weights are dropped too. hidden (N, N): whom a patch does not see."""
    b, n, c = query.shape
    sides = zip((query, key, value), p[f"{name}.in_proj_weight"].chunk(3), p[f"{name}.in_proj_bias"].chunk(3))
    q, k, v = ((x @ w.T + bias).reshape(b, n, heads, c // heads).transpose(1, 2) for x, w, bias in sides)
    scores = q @ k.transpose(2, 3) / math.sqrt(c // heads)
    weights = drop(torch.softmax(torch.where(hidden, torch.tensor(-math.inf, dtype=scores.dtype), scores), -1))
    return linear(p, f"{name}.out_proj", (weights @ v).transpose(1, 2).reshape(b, n, c))


def neighbours(grid, size):
    """(N, N): no patch sees the size x size around it; 0: it sees all."""
    at = torch.cartesian_prod(torch.arange(grid), torch.arange(grid))
    return ((at[:, None] - at[None]).abs() <= size // 2).all(-1) & (size > 0)


def positions(p, grid):
    """Learned for each column and each row, the column's first; the parameters are 0.5 less."""
    column = (p["col_embed.weight"] + 0.5)[None].expand(grid, -1, -1)
    row = (p["row_embed.weight"] + 0.5)[:, None].expand(-1, grid, -1)
    return torch.cat([column, row], -1).flatten(0, 1)


def feed_forward(p, name, x, drop):
    inner = linear(p, f"{name}.linear1", x)
    return linear(p, f"{name}.linear2", drop(torch.relu(inner)))


def encoder_layer(p, name, x, at, heads, hidden, drop):
    seen = attention(p, f"{name}.self_attn", x + at, x + at, x, heads, hidden, drop)
    x = norm(p, f"{name}.norm1", x + drop(seen))
    return norm(p, f"{name}.norm2", x + drop(feed_forward(p, name, x, drop)))


def decoder_layer(p, name, memory, out, at, heads, hidden, drop):
    """The layer-wise query asks the encoder's result first, then the layer before."""
    x = p[f"{name}.learned_embed.weight"].expand(memory.shape)
    seen = attention(p, f"{name}.self_attn", x + at, memory + at, memory, heads, hidden, drop)
    x = norm(p, f"{name}.norm1", x + drop(seen))
    seen = attention(p, f"{name}.multihead_attn", x + at, out + at, out, heads, hidden, drop)
    x = norm(p, f"{name}.norm2", x + drop(seen))
    return norm(p, f"{name}.norm3", x + drop(feed_forward(p, name, x, drop)))


def reconstruct(p, f, heads, encoders, decoders, neighbour, drop):
    """Of features f, jittered while training, (B, N, C): the features again."""
    grid = math.isqrt(f.shape[1])
    at, hidden = positions(p, grid), neighbours(grid, neighbour)
    memory = linear(p, "input_proj", f)
    for i in range(encoders):
        memory = encoder_layer(p, f"encoder.{i}", memory, at, heads, hidden, drop)
    out = memory
    for i in range(decoders):
        out = decoder_layer(p, f"decoder.{i}", memory, out, at, heads, hidden, drop)
    return linear(p, "output_proj", norm(p, "decoder_norm", out))


def loss(f, again):
    return (again - f).square().mean()


def anomaly_map(f, again, size):
    """(B, S, S)"""
    grid = math.isqrt(f.shape[1])
    apart = (again - f).square().sum(-1).sqrt().reshape(-1, 1, grid, grid)
    return F.interpolate(apart, size=(size, size), mode="bilinear", align_corners=True)[:, 0]


def picture_scores(maps, pool):
    """The largest mean of pool x pool pixels."""
    means = maps.unfold(1, pool, 1).unfold(2, pool, 1).mean((-1, -2))
    return means.amax((1, 2))


def trained_loss(p, f, draws, setting):
    """The loss of joined features f with the draws of a trace by their names there, and `setting(name, usual)`."""
    rate, number = setting("uniad.dropout", 0.1), lambda name: int(name.split(":")[2])
    noise = next(value for name, value in draws.items() if name.startswith("jitter:noise:"))
    masks = iter([draws[name] for name in sorted(draws, key=number) if name.startswith("uniad:dropout:")])
    layers = setting("uniad.encoders", 4), setting("uniad.decoders", 4)
    again = reconstruct(p, jitter(f, noise, setting("jitter.scale", 20.0)), setting("uniad.heads", 8), *layers,
                        setting("uniad.neighbour", 7), lambda x: x * next(masks) / (1 - rate))
    assert next(masks, None) is None
    return loss(f, again)
