"""Dinomaly in PyTorch, written from Guo et al. 2025 and the settings that its authors publish: the noisy bottleneck, the
decoder with linear attention, the loose loss and the map. Tokens are (B, 1 + N, C), the class token first.

w: tensors by name, linear layers as PyTorch has them."""
import math

import torch
import torch.nn.functional as F


def fused(layers):
    return torch.stack(layers).mean(0)


def noisy(w, layers, drop):
    """drop(i, x): the i-th of the three dropouts."""
    x = drop(0, fused(layers))
    x = drop(1, F.gelu(F.linear(x, w["fc1.weight"], w["fc1.bias"])))
    return drop(2, F.linear(x, w["fc2.weight"], w["fc2.bias"]))


def linear_attention(x, w, heads):
    """Attention whose weights are phi(q) . phi(k) over their sum, phi(x) = elu(x) + 1."""
    b, n, c = x.shape
    q, k, v = F.linear(x, w["attn.in_proj_weight"], w["attn.in_proj_bias"]).chunk(3, 2)
    q, k, v = (part.reshape(b, n, heads, c // heads).transpose(1, 2) for part in (q, k, v))
    weights = (F.elu(q) + 1) @ (F.elu(k) + 1).transpose(2, 3)
    mixed = weights / weights.sum(3, keepdim=True) @ v
    return F.linear(mixed.transpose(1, 2).reshape(b, n, c), w["attn.out_proj.weight"], w["attn.out_proj.bias"])


def block(x, w, heads):
    c = x.shape[2]
    x = x + linear_attention(F.layer_norm(x, (c,), w["ln_1.weight"], w["ln_1.bias"], 1e-8), w, heads)
    y = F.layer_norm(x, (c,), w["ln_2.weight"], w["ln_2.bias"], 1e-8)
    y = F.gelu(F.linear(y, w["mlp.c_fc.weight"], w["mlp.c_fc.bias"]))
    return x + F.linear(y, w["mlp.c_proj.weight"], w["mlp.c_proj.bias"])


def decoder(x, blocks, heads):
    """The students in the layers' order: the last block's is the shallowest layer's. blocks: the tensors of each."""
    made = []
    for w in blocks:
        x = block(x, w, heads)
        made.append(x)
    return made[::-1]


def grouped(layers, groups):
    """The mean of each run of layers, without the class token; earlier runs are the longer."""
    bounds = [math.ceil(g * len(layers) / groups) for g in range(groups + 1)]
    return [fused(layers[first:last])[:, 1:] for first, last in zip(bounds, bounds[1:])]


def distance(f, g):
    return 1 - F.cosine_similarity(f, g, dim=-1)


def easy_share(step, share, rising):
    return min(share * step / rising, share) if rising else share


def loose_loss(features, decoded, p, factor):
    """Of groups: one minus the cosine of all of a picture's patches at once, mean over the batch and the groups. The
    gradient of the points below the threshold, which the fraction 1 - p of the points reach, is scaled. Also the least
    gap between a threshold and the next distance below it."""
    total, gap = 0, math.inf
    for f, g in zip(features, decoded):
        f, g = f.detach(), g + 0
        points = distance(f, g.detach()).flatten()
        k = max(int(torch.tensor(len(points) * (1 - p), dtype=torch.float32)), 1)
        ordered = points.sort(descending=True).values
        below = ordered[ordered < ordered[k - 1]]
        gap = min([gap] + [(ordered[k - 1] - next_one).item() for next_one in below[:1]])
        scale = torch.where(points < ordered[k - 1], factor, 1.0).to(f.dtype).reshape(f.shape[:2])
        if g.requires_grad:
            g.register_hook(lambda slope, scale=scale: slope * scale[:, :, None])
        total = total + distance(f.flatten(1), g.flatten(1)).mean()
    return total / len(features), gap


def score(features, decoded, size, corners=True):
    """The map (B, S, S) before it is smoothed."""
    side = math.isqrt(features[0].shape[1])
    maps = [distance(f, g).reshape(-1, 1, side, side) for f, g in zip(features, decoded)]
    maps = [F.interpolate(x, size=(size, size), mode="bilinear", align_corners=corners) for x in maps]
    return torch.cat(maps, 1).mean(1)


def windowed(maps, sigma, window):
    """Smoothed by a Gaussian that is cut to a window, with zeros beyond the border."""
    at = torch.arange(window, dtype=maps.dtype) - (window - 1) / 2
    side = torch.exp(-at.square() / (2 * sigma**2))
    kernel = side[:, None] * side[None]
    return F.conv2d(maps[:, None], (kernel / kernel.sum())[None, None], padding=window // 2)[:, 0]


def largest_mean(maps, share):
    """The mean of that share of a picture's pixels that is largest."""
    ordered = maps.flatten(1).sort(1, descending=True).values
    return ordered[:, : max(int(torch.tensor(ordered.shape[1] * share, dtype=torch.float32)), 1)].mean(1)
