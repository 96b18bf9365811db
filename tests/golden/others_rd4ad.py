"""Reverse distillation in PyTorch, written from Deng and Li 2022 and, where the paper is silent, from the sizes that the
authors' and ADer's descriptions give: the one-class bottleneck and the mirrored student. Maps are (B, C, H, W).

w: tensors by name, convolutions as PyTorch has them; training: statistics of the batch. after: what the running
averages become, by name, is put there."""
import torch
import torch.nn.functional as F


class Net:
    def __init__(self, w, training, after=None):
        self.w, self.training, self.after = w, training, {} if after is None else after
        self.least = float("inf")  # of the numbers that come to a relu, without signs

    def norm(self, name, x):
        mean, variance = self.w[f"{name}.running_mean"], self.w[f"{name}.running_var"]
        if self.training:
            count = x.numel() // x.shape[1]
            of_batch = x.mean((0, 2, 3))
            apart = x - of_batch[:, None, None]
            spread = (apart * apart).mean((0, 2, 3))
            self.after[f"{name}.running_mean"] = 0.9 * mean + 0.1 * of_batch
            self.after[f"{name}.running_var"] = 0.9 * variance + 0.1 * spread * (count / (count - 1))
            mean, variance = of_batch, spread
        scaled = (x - mean[:, None, None]) / (variance + 1e-5).sqrt()[:, None, None]
        return scaled * self.w[f"{name}.weight"][:, None, None] + self.w[f"{name}.bias"][:, None, None]

    def relu(self, x):
        self.least = min(self.least, x.detach().abs().min().item())
        return torch.relu(x)

    def conv(self, name, x, stride=1):
        w = self.w[f"{name}.weight"]
        return F.conv2d(x, w, stride=stride, padding=w.shape[-1] // 2)

    def block(self, name, x, half=False, twice=False):
        """A bottleneck; the convolution in its middle halves the grid, doubles it, or keeps it."""
        def change(part, x):
            if twice:
                return F.conv_transpose2d(x, self.w[f"{part}.weight"], stride=2)
            return self.conv(part, x, 2 if half else 1)

        y = self.relu(self.norm(f"{name}.bn1", self.conv(f"{name}.conv1", x)))
        y = self.relu(self.norm(f"{name}.bn2", change(f"{name}.conv2", y)))
        y = self.norm(f"{name}.bn3", self.conv(f"{name}.conv3", y))
        if f"{name}.beside.0.weight" in self.w:
            x = self.norm(f"{name}.beside.1", change(f"{name}.beside.0", x))
        return self.relu(x + y)


def ocbe(net, features, blocks=3):
    """Of maps, the last the smallest, the bottleneck."""
    side, brought = features[-1].shape[2], []
    for i, x in enumerate(features):
        k = 0
        while x.shape[2] > side:
            x = net.relu(net.norm(f"ocbe.fuse.{i}.{k}.bn", net.conv(f"ocbe.fuse.{i}.{k}.conv", x, 2)))
            k += 1
        brought.append(x)
    x = torch.cat(brought, 1)
    for i in range(blocks):
        x = net.block(f"ocbe.{i}", x, half=i == 0)
    return x


def deresnet(net, x, sides, blocks=(3, 4, 6)):
    """The students of layers with these sides, in the layers' order."""
    made = []
    for k, (side, count) in enumerate(zip(reversed(sides), blocks, strict=True)):
        for i in range(count):
            x = net.block(f"deresnet.layer{k + 1}.{i}", x, twice=i == 0 and side != x.shape[2])
        made.append(x)
    return made[::-1]


def loss(features, students):
    """One minus the cosine of a picture's whole layer, mean over the batch, sum over the layers."""
    def distance(f, g):
        f, g = f.flatten(1), g.flatten(1)
        return (1 - (f * g).sum(1) / ((f * f).sum(1).sqrt() * (g * g).sum(1).sqrt())).mean()

    return sum(distance(f, g) for f, g in zip(features, students))


def score(features, students, size):
    """The map (B, S, S) before it is smoothed: one minus the cosine of each place, up-sampled, sum over the layers."""
    def one(f, g):
        cosine = (f * g).sum(1) / ((f * f).sum(1).sqrt() * (g * g).sum(1).sqrt())
        return F.interpolate((1 - cosine)[:, None], size=(size, size), mode="bilinear", align_corners=True)[:, 0]

    return sum(one(f, g) for f, g in zip(features, students))


def pytorch_layout(tensors):
    """Convolutions of the kit, (O, H, W, I) and, transposed, (I, H, W, O), as PyTorch has both."""
    return {name: value.permute(0, 3, 1, 2) if value.dim() == 4 else value for name, value in tensors.items()}


def maps(tokens):
    """Tokens (B, 1 + H W, C) without the class token as maps."""
    side = round((tokens.shape[1] - 1) ** 0.5)
    return tokens[:, 1:].transpose(1, 2).unflatten(2, (side, side))


def tokens(x):
    """Maps as tokens, their mean as class token first."""
    patches = x.flatten(2).transpose(1, 2)
    return torch.cat([patches.mean(1, keepdim=True), patches], 1)
