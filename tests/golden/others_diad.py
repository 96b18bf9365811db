"""DiAD in PyTorch, written from He et al. 2024 and from the works that it is made of: latent diffusion (Rombach et al.
2022), DDPM (Ho et al. 2020), DDIM (Song et al. 2021), ControlNet (Zhang et al. 2023). Maps are (B, C, H, W).

w: tensors by the names of Stable Diffusion's checkpoints, as PyTorch has them. sizes: of the model, by the names of the
kit's settings, lists as lists."""
import math

import torch
import torch.nn.functional as F

SIZES = {"picture_width": 8, "picture_levels": [1, 2, 4, 4], "picture_blocks": 1, "latent": 4, "width": 32,
         "levels": [1, 2], "blocks": 1, "attention": [1, 2], "heads": 2, "groups": 8, "hint": [8, 16, 16, 32],
         "fusion": "drawn", "timesteps": 1000, "samples": 10}


def normalised(x, groups, eps):
    """Each picture's channels in groups, over all places; as many groups as channels: instance normalisation."""
    parts = x.unflatten(1, (groups, -1))
    apart = parts - parts.mean((2, 3, 4), keepdim=True)
    return (apart / ((apart * apart).mean((2, 3, 4), keepdim=True) + eps).sqrt()).flatten(1, 2)


class Net:
    def __init__(self, w, sizes, context, part=""):
        self.w, self.sizes, self.context, self.part = w, sizes, context, part

    def of(self, part):
        return Net(self.w, self.sizes, self.context, part)

    def has(self, name):
        return self.part + name + ".weight" in self.w

    def conv(self, name, x, stride=1, padding=None):
        w = self.w[f"{self.part}{name}.weight"]
        return F.conv2d(x, w, self.w.get(f"{self.part}{name}.bias"), stride, w.shape[-1] // 2 if padding is None else padding)

    def linear(self, name, x):
        return F.linear(x, self.w[f"{self.part}{name}.weight"], self.w.get(f"{self.part}{name}.bias"))

    def group_norm(self, name, x, eps):
        weight, bias = self.w[f"{self.part}{name}.weight"], self.w[f"{self.part}{name}.bias"]
        return normalised(x, self.sizes["groups"], eps) * weight[:, None, None] + bias[:, None, None]

    def layer_norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.w[f"{self.part}{name}.weight"], self.w[f"{self.part}{name}.bias"])


# ---- the autoencoder ----

def picture_block(net, name, x):
    y = net.conv(f"{name}.conv1", F.silu(net.group_norm(f"{name}.norm1", x, 1e-6)))
    y = net.conv(f"{name}.conv2", F.silu(net.group_norm(f"{name}.norm2", y, 1e-6)))
    return y + (net.conv(f"{name}.nin_shortcut", x) if net.has(f"{name}.nin_shortcut") else x)


def picture_middle(net, name, x):
    x = picture_block(net, f"{name}.mid.block_1", x)
    y = net.group_norm(f"{name}.mid.attn_1.norm", x, 1e-6)
    q, k, v = (net.conv(f"{name}.mid.attn_1.{part}", y).flatten(2) for part in "qkv")
    weight = (q.transpose(1, 2) @ k / math.sqrt(q.shape[1])).softmax(2)
    x = x + net.conv(f"{name}.mid.attn_1.proj_out", (v @ weight.transpose(1, 2)).unflatten(2, x.shape[2:]))
    return picture_block(net, f"{name}.mid.block_2", x)


def encode(net, picture):
    """Mean and log variance of the latents."""
    levels = net.sizes["picture_levels"]
    x = net.conv("encoder.conv_in", picture)
    for level in range(len(levels)):
        for i in range(net.sizes["picture_blocks"]):
            x = picture_block(net, f"encoder.down.{level}.block.{i}", x)
        if level < len(levels) - 1:
            x = net.conv(f"encoder.down.{level}.downsample.conv", F.pad(x, (0, 1, 0, 1)), 2, 0)
    x = F.silu(net.group_norm("encoder.norm_out", picture_middle(net, "encoder", x), 1e-6))
    mean, log_variance = net.conv("quant_conv", net.conv("encoder.conv_out", x)).chunk(2, 1)
    return mean, log_variance.clamp(-30, 20)


def decode(net, latents):
    x = picture_middle(net, "decoder", net.conv("decoder.conv_in", net.conv("post_quant_conv", latents)))
    for level in reversed(range(len(net.sizes["picture_levels"]))):
        for i in range(net.sizes["picture_blocks"] + 1):
            x = picture_block(net, f"decoder.up.{level}.block.{i}", x)
        if level > 0:
            x = net.conv(f"decoder.up.{level}.upsample.conv", F.interpolate(x, scale_factor=2, mode="nearest"))
    return net.conv("decoder.conv_out", F.silu(net.group_norm("decoder.norm_out", x, 1e-6)))


# ---- the U-Net and its guide ----

def time_features(t, width):
    angles = t[:, None].double() * torch.exp(-math.log(10000) * torch.arange(width // 2, dtype=torch.float64) / (width // 2))
    return torch.cat([angles.cos(), angles.sin()], 1)


def time_embed(net, features):
    return net.linear("time_embed.2", F.silu(net.linear("time_embed.0", features)))


def block(net, name, time, x):
    y = net.conv(f"{name}.in_layers.2", F.silu(net.group_norm(f"{name}.in_layers.0", x, 1e-5)))
    y = y + net.linear(f"{name}.emb_layers.1", F.silu(time))[:, :, None, None]
    y = net.conv(f"{name}.out_layers.3", F.silu(net.group_norm(f"{name}.out_layers.0", y, 1e-5)))
    return y + (net.conv(f"{name}.skip_connection", x) if net.has(f"{name}.skip_connection") else x)


def attend(net, name, x, context):
    heads = net.sizes["heads"]
    q = net.linear(f"{name}.to_q", x).unflatten(2, (heads, -1)).transpose(1, 2)
    k, v = (net.linear(f"{name}.{part}", context).unflatten(-1, (heads, -1)).transpose(-3, -2) for part in ("to_k", "to_v"))
    weight = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(-1)
    return net.linear(f"{name}.to_out.0", (weight @ v).transpose(1, 2).flatten(2))


def transformer(net, name, x):
    inner = f"{name}.transformer_blocks.0"
    y = net.conv(f"{name}.proj_in", net.group_norm(f"{name}.norm", x, 1e-6)).flatten(2).transpose(1, 2)
    z = net.layer_norm(f"{inner}.norm1", y)
    y = y + attend(net, f"{inner}.attn1", z, z)
    y = y + attend(net, f"{inner}.attn2", net.layer_norm(f"{inner}.norm2", y), net.context)
    value, gate = net.linear(f"{inner}.ff.net.0.proj", net.layer_norm(f"{inner}.norm3", y)).chunk(2, 2)
    y = y + net.linear(f"{inner}.ff.net.2", value * F.gelu(gate))
    return x + net.conv(f"{name}.proj_out", y.transpose(1, 2).unflatten(2, x.shape[2:]))


def whole_block(net, name, time, x):
    x = block(net, f"{name}.0", time, x)
    return transformer(net, f"{name}.1", x) if net.has(f"{name}.1.proj_in") else x


def down(net, time, x, hint=0):
    levels, blocks = net.sizes["levels"], net.sizes["blocks"]
    outs = [net.conv("input_blocks.0.0", x) + hint]
    for level in range(len(levels)):
        for _ in range(blocks):
            outs.append(whole_block(net, f"input_blocks.{len(outs)}", time, outs[-1]))
        if level < len(levels) - 1:
            outs.append(net.conv(f"input_blocks.{len(outs)}.0.op", outs[-1], 2))
    return outs


def middle(net, time, x):
    x = transformer(net, "middle_block.1", block(net, "middle_block.0", time, x))
    return block(net, "middle_block.2", time, x)


def up(net, time, x, outs):
    k = 0
    for level in reversed(range(len(net.sizes["levels"]))):
        for i in range(net.sizes["blocks"] + 1):
            x = whole_block(net, f"output_blocks.{k}", time, torch.cat([x, outs.pop()], 1))
            if level > 0 and i == net.sizes["blocks"]:
                last = 2 if net.has(f"output_blocks.{k}.1.proj_in") else 1
                x = net.conv(f"output_blocks.{k}.{last}.conv", F.interpolate(x, scale_factor=2, mode="nearest"))
            k += 1
    return net.conv("out.2", F.silu(net.group_norm("out.0", x, 1e-5)))


def hint_of(net, picture):
    widths, x, k = net.sizes["hint"], picture, 0
    for i in range(len(widths)):
        for second in range(1 if 0 < i == len(widths) - 1 else 2):
            x = F.silu(net.conv(f"input_hint_block.{k}", x, 2 if i > 0 and not second else 1))
            k += 2
    return net.conv(f"input_hint_block.{k}", x)


def guide_outs(net, time, x, picture):
    """What the last grid's blocks and the middle are told."""
    each = net.sizes["blocks"] + 1
    outs = down(net, time, x, hint_of(net, picture))
    deep = net.conv("middle_block_out.0", middle(net, time, outs[-1]))
    fused = net.sizes["fusion"] != "none" and len(net.sizes["levels"]) > 1
    first = len(outs) - each * (2 if fused else 1)
    told = [net.conv(f"zero_convs.{i}.0", outs[i]) for i in range(first, len(outs))]
    if not fused:
        return told, deep
    before, last = told[:each], told[each:]
    for i in range(each):
        for j in range(each):
            last[i] = last[i] + F.silu(normalised(net.conv(f"down{j + 1}{i + 1}.0", before[j], 2), last[i].shape[1], 1e-5))
    return [F.silu(x) for x in last], deep


def noise_of(net, features, x, picture):
    guide, unet = net.of("control_model."), net.of("model.diffusion_model.")
    told, deep = guide_outs(guide, time_embed(guide, features), x, picture)
    time = time_embed(unet, features)
    outs = down(unet, time, x)
    h = middle(unet, time, outs[-1]) + deep
    outs[-len(told):] = [own + more for own, more in zip(outs[-len(told):], told)]
    return up(unet, time, h, outs)


# ---- noise, in and out ----

def kept(sizes):
    """Of the signal's variance, after each step."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, sizes["timesteps"], dtype=torch.float64) ** 2
    return torch.cumprod(1 - betas, 0)


def noise_loss(net, latents, picture, t, eps):
    share = kept(net.sizes)[t][:, None, None, None]
    noisy = share.sqrt() * latents + (1 - share).sqrt() * eps
    return (noise_of(net, time_features(t, net.sizes["width"]), noisy, picture) - eps).square().mean()


def reconstruct(net, latents, picture, eps):
    share, apart = kept(net.sizes), net.sizes["timesteps"] // net.sizes["samples"]
    x = share[-1].sqrt() * latents + (1 - share[-1]).sqrt() * eps
    steps = [1 + i * apart for i in range(net.sizes["samples"])]
    for t, before in zip(reversed(steps), reversed([0] + steps[:-1])):
        told = noise_of(net, time_features(torch.tensor([t]), net.sizes["width"]), x, picture)
        clean = (x - (1 - share[t]).sqrt() * told) / share[t].sqrt()
        x = share[before].sqrt() * clean + (1 - share[before]).sqrt() * told
    return x


def losses(net, picture, square, posterior_draw, step_draw, eps):
    """By name: picture, divergence, noise; and what the running mean square of the latents becomes."""
    mean, log_variance = encode(net.of("first_stage_model."), picture)
    sample = mean + (log_variance / 2).exp() * posterior_draw
    wrong = (picture - decode(net.of("first_stage_model."), sample)).abs().mean()
    divergence = (mean.square() + log_variance.exp() - log_variance - 1).mean() / 2
    latents = sample.detach()
    noise = noise_loss(net, latents / (square + 1e-12).sqrt(), picture, step_draw.argmax(1), eps)
    return {"picture": wrong, "divergence": divergence, "noise": noise}, 0.9 * square + 0.1 * latents.square().mean()


def pytorch_layout(tensors):
    return {name: value.permute(0, 3, 1, 2) if value.dim() == 4 else value for name, value in tensors.items()}


def constant_words(width, words=4):
    """What stands for the empty prompt: signs of a linear congruence (Knuth's numbers)."""
    state, signs = 1, []
    for _ in range(words * width):
        state = (state * 1664525 + 1013904223) % 2**32
        signs.append(1.0 if state >> 31 else -1.0)
    return torch.tensor(signs, dtype=torch.float64).reshape(words, width)


def fixed_noise(*shape):
    """Of scoring: SplitMix64 (Steele et al. 2014) through Box and Muller's transform, in the kit's order (B, H, W, C)."""
    state, numbers = 0, []

    def uniform():
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        x = state
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ x >> 27) * 0x94D049BB133111EB % 2**64
        return (((x ^ x >> 31) >> 11) + 0.5) / 2**53

    for _ in range(math.prod(shape)):
        length = math.sqrt(-2 * math.log(uniform()))
        numbers.append(length * math.cos(2 * math.pi * uniform()))
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape)
