"""The method in PyTorch, from the paper's equations: what retrace.py trains.

Names of parameters are those of a trace but for the experts, of which a trace stacks each layer into one tensor.
Settings the paper leaves open are the defaults of experiments/cnc.ini. Shapes: B pictures, N = 1 + H W tokens of which
the first is the class token, C features, M learned tokens of a prompt, R = B N tokens of a batch.
"""
import torch
import torch.nn.functional as F
from torch import nn

HEAD = 32  # width of a head in the nano encoder


class FeedForward(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.c_fc, self.c_proj = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        x = self.c_fc(x)
        return self.c_proj(x * torch.sigmoid(1.702 * x))  # CLIP's quick GELU


class Block(nn.Module):
    """CLIP's residual attention block, (B, N, C) -> (B, N, C)."""

    def __init__(self, width):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = nn.MultiheadAttention(width, width // HEAD, batch_first=True)
        self.ln_2, self.mlp = nn.LayerNorm(width), FeedForward(width)

    def forward(self, x, mask=None):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        return x + self.mlp(self.ln_2(x))


class TextTower(nn.Module):
    """Frozen. Tokens (P, L, C) that end in the end token -> features of the prompts (P, C)."""

    def __init__(self, weights, words):
        super().__init__()
        vocabulary, width = weights["token_embedding.weight"].shape
        depth = 1 + max(int(name.split(".")[2]) for name in weights if name.startswith("transformer."))
        self.words = words
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.empty_like(weights["positional_embedding"]))
        self.transformer = nn.ModuleDict({"resblocks": nn.ModuleList(Block(width) for _ in range(depth))})
        self.ln_final = nn.LayerNorm(width)
        self.text_projection = nn.Parameter(torch.empty_like(weights["text_projection"]))
        own = {name for name, _ in self.named_parameters()}
        self.load_state_dict({name: tensor for name, tensor in weights.items() if name in own})
        self.requires_grad_(False)

    def embed(self, words):
        return self.token_embedding(torch.tensor([self.words.index(word) for word in words.split()]))

    def forward(self, tokens):
        length = tokens.shape[1]
        mask = torch.full((length, length), -torch.inf, dtype=tokens.dtype).triu(1)
        x = tokens + self.positional_embedding[:length]
        for block in self.transformer["resblocks"]:
            x = block(x, mask)
        return self.ln_final(x)[:, -1] @ self.text_projection


class Prompts(nn.Module):
    """Eq. 2 and 3, and the features g_n, g_a of the prompts, each (layers, C) of norm 1."""

    def __init__(self, text, layers, length):
        super().__init__()
        self.text = (text,)  # a tuple hides it: the tower is no part of what is trained
        shape = layers, length, text.token_embedding.embedding_dim
        self.normal, self.abnormal = nn.Parameter(torch.empty(shape)), nn.Parameter(torch.empty(shape))

    def encode(self, learned, words):
        (text,) = self.text
        start, end = (text.embed(w).expand(len(learned), -1, -1) for w in ("<start>", f"{words} <end>"))
        return F.normalize(text(torch.cat([start, learned, end], 1)), dim=-1)

    def forward(self):
        return self.encode(self.normal, "object"), self.encode(self.abnormal, "damaged object")


class Experts(nn.Module):
    """Eq. 13 to 15. Tokens (R, C) -> tokens (R, C) and the loss; `gap` keeps by how much each token's last chosen
    expert was ahead of the first that was not."""

    def __init__(self, width, experts, top, epsilon):
        super().__init__()
        self.top, self.epsilon, self.gap = top, epsilon, None
        self.router = nn.Linear(width, experts)
        self.expert = nn.ModuleList(
            nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width)) for _ in range(experts)
        )

    def forward(self, z):
        scores = self.router(z).softmax(-1)  # Eq. 13
        kept, chosen = scores.topk(self.top)
        every = torch.stack([expert(z) for expert in self.expert], 1)
        picked = every.gather(1, chosen[..., None].expand(-1, -1, z.shape[1]))
        importance = scores.sum(0)
        loss = importance.var(correction=0) / (importance.mean().square() + self.epsilon)  # Eq. 15
        ranked = scores.detach().sort(-1, descending=True).values
        self.gap = ranked[:, self.top - 1] - ranked[:, self.top] if self.top < scores.shape[1] else ranked[:, 0]
        return (kept[..., None] * picked).sum(1), loss  # Eq. 14


class Method(nn.Module):
    """A row of the table: the words of its line. `settings` are those of a trace; `text` may be None without cnc."""

    def __init__(self, settings, width, text):
        super().__init__()
        number = lambda key: float(settings[key])
        self.words, self.layers = settings["run.model"].split(), len(settings["clip.layers"].split())
        self.deviation = number("noise.std")
        if "mlf" in self.words:
            self.dropped = number("mlf.dropout")
            self.mlf = nn.Linear(self.layers * width, width)
        if "moe" in self.words:
            self.moe = Experts(width, int(settings["moe.experts"]), int(settings["moe.top"]), number("moe.epsilon"))
        self.decoder = nn.ModuleList(Block(width) for _ in range(self.layers))
        if "cnc" in self.words:
            self.tau = number("cnc.tau")
            self.cnc = Prompts(text, self.layers, int(settings["cnc.length"]))

    def perturb(self, f, normals):
        return f + self.deviation * f.square().mean(-1, keepdim=True).sqrt() * normals

    def fuse(self, teacher, draws):
        noise = [draws.get(f"noise:noise:{i}") for i in range(self.layers)]
        if "mlf" not in self.words:
            return self.perturb(teacher[-1], noise[-1])
        (mask,) = (draw for name, draw in draws.items() if name.startswith("mlf:dropout:"))
        fused = self.mlf(torch.cat([self.perturb(f, n) for f, n in zip(teacher, noise)], -1))  # Eq. 12
        return fused * mask / (1 - self.dropped)

    def align(self, features, g_n, g_a):
        """Eq. 4 of encoded features, Eq. 10 of decoded ones; mean over the batch."""
        losses = []
        for f, n, a in zip(features, g_n, g_a):
            e = F.normalize(f[:, 0], dim=-1)
            losses.append(F.softplus((e @ a - e @ n) / self.tau).mean())  # -log x/(x + y) = log(1 + y/x)
        return sum(losses)

    def promote(self, features, g_n, g_a, norms):
        """Eq. 5 to 8; norms are those of the encoded features."""
        psi = [0.5 * (1 + torch.tanh(f @ n - f @ a)) for f, n, a in zip(features, g_n, g_a)]
        return [f + p[..., None] / norm for f, p, norm in zip(features, psi, norms)]

    def forward(self, teacher, draws):
        """Encoded features, one (B, N, C) a layer, and the draws by name -> losses by name."""
        losses, student = {}, []
        x = self.fuse(teacher, draws)
        if "moe" in self.words:
            mixed, losses["moe"] = self.moe(x.flatten(0, 1))
            x = mixed.view_as(x)
        for block in self.decoder:
            x = block(x)
            student.insert(0, x)  # the last block reconstructs the shallowest layer
        if "cnc" in self.words:
            g = self.cnc()
            losses["prompts"], losses["constraint"] = self.align(teacher, *g), self.align(student, *g)
            norms = [f.norm(dim=-1, keepdim=True) for f in teacher]
            teacher, student = self.promote(teacher, *g, norms), self.promote(student, *g, norms)
        flat = [(f[:, 1:].flatten(1), s[:, 1:].flatten(1)) for f, s in zip(teacher, student)]
        losses["distill"] = sum((1 - F.cosine_similarity(f, s)).mean() for f, s in flat)  # Eq. 9
        return losses
