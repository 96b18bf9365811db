"""Cases of DiAD: others_diad.py on a board."""
import torch
import torch.nn.functional as F

import others_diad as diad
from equations_case import Case, normal
from equations_draws import normals
from others_rd4ad import maps, score

WORDS = 4


def sizes_of(board):
    found = dict(diad.SIZES)
    for name, default in diad.SIZES.items():
        text = board.case.settings.get(f"diad.{name}")
        if text is not None:
            found[name] = [int(word) for word in text.split()] if isinstance(default, list) else type(default)(text)
    return found


def play(board):
    sizes = sizes_of(board)
    w = {name.removeprefix("diad."): value for name, value in diad.pytorch_layout(board.parameter).items()}
    net = diad.Net(w, sizes, diad.constant_words(board.setting("diad.text", 32)))
    picture, square = board.value["image.0"], w["latent_square"]
    b, grid = picture.shape[0], picture.shape[2] >> (len(sizes["picture_levels"]) - 1)
    latents = b, grid, grid, sizes["latent"]
    if board.case.training:
        draws = [normals(f"diad:noise:{k}", shape) for k, shape in
                 ((6, latents), (9, (b, sizes["timesteps"])), (12, latents))]
        losses, after = diad.losses(net, picture, square, draws[0].permute(0, 3, 1, 2), draws[1],
                                    draws[2].permute(0, 3, 1, 2))
        share = grid * grid * sizes["latent"] / (picture.shape[2] ** 2 * 3)
        for name, weight in (("picture", 1), ("divergence", board.setting("diad.divergence", 1e-6) * share), ("noise", 1)):
            board.losses[name] = losses[name], weight
        board.value["next.diad.latent_square"] = after
        return
    scale = 1 / (square + 1e-12).sqrt()
    mean = diad.encode(net.of("first_stage_model."), picture)[0] * scale
    eps = diad.fixed_noise(1, *latents[1:]).permute(0, 3, 1, 2)
    clean = diad.reconstruct(net, mean, picture, eps) / scale
    again = diad.decode(net.of("first_stage_model."), clean)
    board.put("reconstruction", [again])
    features = [maps(f) for f in board.all("teacher")]
    found = [F.conv2d(again, w, stride=w.shape[-1]) for w in board.all("encoder.patch")]
    board.put("score", [score(features, found, picture.shape[2])])


class Shapes(dict):
    """Shapes of tensors in the kit's layout, by name; the methods add layers and give the channels they make."""

    def conv(self, name, c, out, side, bias=True):
        self[f"{name}.weight"] = (out, side, side, c)
        if bias:
            self[f"{name}.bias"] = (out,)
        return out

    def linear(self, name, c, out, bias=True):
        self[f"{name}.weight"] = (out, c)
        if bias:
            self[f"{name}.bias"] = (out,)

    def norm(self, name, c):
        self[f"{name}.weight"] = self[f"{name}.bias"] = (c,)

    def picture_block(self, name, c, out):
        self.norm(f"{name}.norm1", c), self.conv(f"{name}.conv1", c, out, 3)
        self.norm(f"{name}.norm2", out), self.conv(f"{name}.conv2", out, out, 3)
        if c != out:
            self.conv(f"{name}.nin_shortcut", c, out, 1)
        return out

    def picture_middle(self, name, c):
        self.picture_block(f"{name}.mid.block_1", c, c), self.picture_block(f"{name}.mid.block_2", c, c)
        self.norm(f"{name}.mid.attn_1.norm", c)
        for part in ("q", "k", "v", "proj_out"):
            self.conv(f"{name}.mid.attn_1.{part}", c, c, 1)

    def autoencoder(self, s, p="first_stage_model."):
        levels, width = s["picture_levels"], s["picture_width"]
        c = self.conv(f"{p}encoder.conv_in", 3, width, 3)
        for level, times in enumerate(levels):
            for i in range(s["picture_blocks"]):
                c = self.picture_block(f"{p}encoder.down.{level}.block.{i}", c, width * times)
            if level < len(levels) - 1:
                self.conv(f"{p}encoder.down.{level}.downsample.conv", c, c, 3)
        self.picture_middle(f"{p}encoder", c), self.norm(f"{p}encoder.norm_out", c)
        self.conv(f"{p}encoder.conv_out", c, 2 * s["latent"], 3)
        self.conv(f"{p}quant_conv", 2 * s["latent"], 2 * s["latent"], 1)
        self.conv(f"{p}post_quant_conv", s["latent"], s["latent"], 1), self.conv(f"{p}decoder.conv_in", s["latent"], c, 3)
        self.picture_middle(f"{p}decoder", c)
        for level in reversed(range(len(levels))):
            for i in range(s["picture_blocks"] + 1):
                c = self.picture_block(f"{p}decoder.up.{level}.block.{i}", c, width * levels[level])
            if level > 0:
                self.conv(f"{p}decoder.up.{level}.upsample.conv", c, c, 3)
        self.norm(f"{p}decoder.norm_out", c), self.conv(f"{p}decoder.conv_out", c, 3, 3)

    def block(self, name, c, out, width):
        self.norm(f"{name}.in_layers.0", c), self.conv(f"{name}.in_layers.2", c, out, 3)
        self.linear(f"{name}.emb_layers.1", 4 * width, out)
        self.norm(f"{name}.out_layers.0", out), self.conv(f"{name}.out_layers.3", out, out, 3)
        if c != out:
            self.conv(f"{name}.skip_connection", c, out, 1)
        return out

    def transformer(self, name, c, text):
        inner = f"{name}.transformer_blocks.0"
        self.norm(f"{name}.norm", c), self.conv(f"{name}.proj_in", c, c, 1), self.conv(f"{name}.proj_out", c, c, 1)
        for attention, width in (("attn1", c), ("attn2", text)):
            self.linear(f"{inner}.{attention}.to_q", c, c, False), self.linear(f"{inner}.{attention}.to_out.0", c, c)
            self.linear(f"{inner}.{attention}.to_k", width, c, False)
            self.linear(f"{inner}.{attention}.to_v", width, c, False)
        for k in (1, 2, 3):
            self.norm(f"{inner}.norm{k}", c)
        self.linear(f"{inner}.ff.net.0.proj", c, 8 * c), self.linear(f"{inner}.ff.net.2", 4 * c, c)

    def down(self, p, s, text):
        """The channels of what it gives."""
        width, outs = s["width"], [s["width"]]
        self.linear(f"{p}time_embed.0", width, 4 * width), self.linear(f"{p}time_embed.2", 4 * width, 4 * width)
        self.conv(f"{p}input_blocks.0.0", s["latent"], width, 3)
        for level, times in enumerate(s["levels"]):
            for _ in range(s["blocks"]):
                k, c = len(outs), width * times
                outs.append(self.block(f"{p}input_blocks.{k}.0", outs[-1], c, width))
                if 1 << level in s["attention"]:
                    self.transformer(f"{p}input_blocks.{k}.1", c, text)
            if level < len(s["levels"]) - 1:
                outs.append(self.conv(f"{p}input_blocks.{len(outs)}.0.op", c, c, 3))
        self.block(f"{p}middle_block.0", c, c, width), self.block(f"{p}middle_block.2", c, c, width)
        self.transformer(f"{p}middle_block.1", c, text)
        return outs

    def unet(self, s, text, p="model.diffusion_model."):
        outs, width, k = self.down(p, s, text), s["width"], 0
        c = outs[-1]
        for level in reversed(range(len(s["levels"]))):
            attends = 1 << level in s["attention"]
            for i in range(s["blocks"] + 1):
                c = self.block(f"{p}output_blocks.{k}.0", c + outs.pop(), width * s["levels"][level], width)
                if attends:
                    self.transformer(f"{p}output_blocks.{k}.1", c, text)
                if level > 0 and i == s["blocks"]:
                    self.conv(f"{p}output_blocks.{k}.{1 + attends}.conv", c, c, 3)
                k += 1
        self.norm(f"{p}out.0", c), self.conv(f"{p}out.2", c, s["latent"], 3)

    def guide(self, s, text, p="control_model."):
        outs, each, c, k = self.down(p, s, text), s["blocks"] + 1, 3, 0
        for i, width in enumerate(s["hint"]):
            for _ in range(1 if 0 < i == len(s["hint"]) - 1 else 2):
                c, k = self.conv(f"{p}input_hint_block.{k}", c, width, 3), k + 2
        self.conv(f"{p}input_hint_block.{k}", c, s["width"], 3)
        fused = s["fusion"] != "none" and len(s["levels"]) > 1
        for i in range(len(outs) - each * (2 if fused else 1), len(outs)):
            self.conv(f"{p}zero_convs.{i}.0", outs[i], outs[i], 1)
        for i in range(each * fused):
            for j in range(each):
                self.conv(f"{p}down{j + 1}{i + 1}.0", outs[-2 * each + j], outs[-each + i], 3, False)
        self.conv(f"{p}middle_block_out.0", outs[-1], outs[-1], 1)


def filled(shapes):
    """Drawn so that nothing begins with zeros, or grows on its way."""
    made = {}
    for name, shape in shapes.items():
        inputs = 1
        for n in shape[1:]:
            inputs *= n
        one = name.endswith("weight") and len(shape) == 1
        made[f"diad.{name}"] = normal(shape, 0.3 if len(shape) == 1 else inputs**-0.5) + one
    return made


def case(training=True, b=2, size=8, **other):
    s = {**diad.SIZES, "picture_width": 2, "picture_levels": [1, 2], "latent": 2, "width": 2, "levels": [1, 2],
         "attention": [2], "groups": 2, "hint": [2, 4], "timesteps": 20, "samples": 2, **other}
    shapes = Shapes()
    shapes.autoencoder(s), shapes.unet(s, 3), shapes.guide(s, 3)
    words = {f"diad.{k}": "~".join(map(str, v)) if isinstance(v, list) else v for k, v in s.items() if v != diad.SIZES[k]}
    line = " ".join(["diad", "diad.text=3", *(f"{k}={v}" for k, v in words.items())])
    board = {"image.0": normal((b, 3, size, size))}
    if not training:  # layers on grids of their own; the encoder is a matrix of patches
        for i, (side, c) in enumerate(((4, 3), (2, 5))):
            board |= {f"teacher.{i}": normal((b, 1 + side * side, c)), f"encoder.patch.{i}": normal((c, 3, size // side, size // side))}
        line += " diad.smooth=0"
    losses = ["loss.picture", "loss.divergence", "loss.noise", "next.diad.latent_square"]
    return Case(line, board, filled(shapes), [] if training else ["score.0"],
                losses if training else ["score.0", "reconstruction.0"], training=training,
                buffers={"diad.latent_square": 0.5 + normal((1,)).square()})


def cases():
    return {"train": case(),
            "unfused": case(training=False, b=1, width=4, fusion="none", levels=[1], attention=[1], heads=1)}


MODULES = {"diad": play}
FILES = {"diad": cases}
