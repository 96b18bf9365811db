"""What the scripts about CLIP share: an archive in the form of OpenAI's, names of Hugging Face, and features of layers.

OpenAI's .pt files are TorchScript archives of traced modules. Their tree of attributes is repeated here (class and
attribute names, dtypes: Linear, Conv and attention in half precision with their biases, the projections too, the rest
in float32), so that the archive has the same graph of objects; the code in it is what tracing makes of these modules.
"""
import re
import sys
import types

import torch
from torch import nn

NAME = "multimodal.model.multimodal_transformer"  # the classes' module in OpenAI's archives


def class_of(base, **members):
    for part in ("multimodal", "multimodal.model", NAME):
        sys.modules.setdefault(part, types.ModuleType(part))
    return base, members


class LayerNorm(nn.LayerNorm):
    def forward(self, x):
        return super().forward(x.float()).to(x.dtype)


class QuickGELU(nn.Module):
    def forward(self, x):
        return x * torch.sigmoid(1.702 * x)


class ResidualAttentionBlock(nn.Module):
    def __init__(self, width, heads, mask):
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads)
        self.ln_1 = LayerNorm(width)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(width, 4 * width))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * width, width))
        self.ln_2 = LayerNorm(width)
        self.attn_mask = mask

    def forward(self, x):
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=self.attn_mask)[0]
        return x + self.mlp(self.ln_2(x))


class Transformer(nn.Module):
    def __init__(self, width, layers, heads, mask=None):
        super().__init__()
        self.resblocks = nn.Sequential(*[ResidualAttentionBlock(width, heads, mask) for _ in range(layers)])

    def forward(self, x):
        return self.resblocks(x)


class VisualTransformer(nn.Module):
    def __init__(self, size, patch, width, layers, heads, embed):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, patch, stride=patch, bias=False)
        self.class_embedding = nn.Parameter(torch.zeros(width))
        self.positional_embedding = nn.Parameter(torch.zeros((size // patch) ** 2 + 1, width))
        self.ln_pre = LayerNorm(width)
        self.transformer = Transformer(width, layers, heads)
        self.ln_post = LayerNorm(width)
        self.proj = nn.Parameter(torch.zeros(width, embed))

    def forward(self, x):
        x = self.conv1(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.class_embedding.expand(x.shape[0], 1, -1), x], 1) + self.positional_embedding
        x = self.transformer(self.ln_pre(x).transpose(0, 1)).transpose(0, 1)
        return self.ln_post(x[:, 0]) @ self.proj


class Multimodal(nn.Module):
    def __init__(self, visual, width, layers, heads, context, vocabulary, embed):
        super().__init__()
        self.visual = visual
        self.transformer = Transformer(width, layers, heads, torch.full((context, context), -torch.inf).triu(1))
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.zeros(context, width))
        self.ln_final = LayerNorm(width)
        self.text_projection = nn.Parameter(torch.zeros(width, embed))
        self.logit_scale = nn.Parameter(torch.zeros(()))
        self.register_buffer("input_resolution", torch.tensor(0))
        self.register_buffer("context_length", torch.tensor(context))
        self.register_buffer("vocab_size", torch.tensor(vocabulary))

    def encode_image(self, image):
        return self.visual(image)

    def encode_text(self, text):
        x = self.token_embedding(text) + self.positional_embedding
        x = self.ln_final(self.transformer(x.transpose(0, 1)).transpose(0, 1))
        return x[torch.arange(x.shape[0]), text.argmax(-1)] @ self.text_projection

    def forward(self, image, text):
        a, b = self.encode_image(image), self.encode_text(text)
        return self.logit_scale.exp() * (a / a.norm(dim=1, keepdim=True)) @ (b / b.norm(dim=1, keepdim=True)).t()


for part in ("multimodal", "multimodal.model", NAME):
    sys.modules.setdefault(part, types.ModuleType(part))
for kind in (LayerNorm, QuickGELU, ResidualAttentionBlock, Transformer, VisualTransformer, Multimodal):
    kind.__module__ = NAME
    setattr(sys.modules[NAME], kind.__name__, kind)


def blocks(state, prefix):
    return 1 + max(int(m[1]) for m in (re.match(prefix + r"\.resblocks\.(\d+)\.", name) for name in state) if m)


def build(state, head):
    """The tree with the sizes of these tensors and their numbers."""
    width, patch = state["visual.conv1.weight"].shape[0], state["visual.conv1.weight"].shape[-1]
    grid = round((state["visual.positional_embedding"].shape[0] - 1) ** 0.5)
    embed = state["visual.proj"].shape[1]
    context, text_width = state["positional_embedding"].shape
    visual = VisualTransformer(grid * patch, patch, width, blocks(state, "visual.transformer"), width // head, embed)
    model = Multimodal(visual, text_width, blocks(state, "transformer"), text_width // head, context,
                       state["token_embedding.weight"].shape[0], embed)
    model.input_resolution.fill_(grid * patch)
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert set(missing) == {"input_resolution", "context_length", "vocab_size"} and not unexpected
    return model.eval()


def halve(model):
    for part in model.modules():
        if type(part).__name__ in ("Conv2d", "Linear", "NonDynamicallyQuantizableLinear", "MultiheadAttention"):
            for p in part.parameters(recurse=False):
                p.data = p.data.half()
    model.visual.proj.data = model.visual.proj.data.half()
    model.text_projection.data = model.text_projection.data.half()


def write(state, path, head=64):
    """Writes the archive and reads it back with torch.jit.load: the same names and numbers."""
    model = build(state, head)
    size, context = int(model.input_resolution), int(model.context_length)
    image, text = torch.zeros(1, 3, size, size), torch.ones(1, context, dtype=torch.int64)
    torch.backends.mha.set_fastpath_enabled(False)
    with torch.no_grad():
        traced = torch.jit.trace_module(model, {"forward": (image, text), "encode_image": (image,), "encode_text": (text,)},
                                        check_trace=False)
    halve(model)  # the traced module shares the parameters
    traced.save(path)
    found = torch.jit.load(path, map_location="cpu").state_dict()
    assert set(found) == set(state) | {"input_resolution", "context_length", "vocab_size"}
    assert found["visual.conv1.weight"].dtype == torch.float16 and found["ln_final.weight"].dtype == torch.float32
    for name, value in state.items():
        assert torch.equal(found[name].float(), value.to(found[name].dtype).float()), name


# ---- Hugging Face ----

BLOCK = {"ln_1": "layer_norm1", "ln_2": "layer_norm2", "attn.out_proj": "self_attn.out_proj", "mlp.c_fc": "mlp.fc1",
         "mlp.c_proj": "mlp.fc2"}
OTHER = {"visual.class_embedding": "vision_model.embeddings.class_embedding",
         "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
         "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
         "visual.ln_pre.weight": "vision_model.pre_layrnorm.weight",
         "visual.ln_pre.bias": "vision_model.pre_layrnorm.bias",
         "visual.ln_post.weight": "vision_model.post_layernorm.weight",
         "visual.ln_post.bias": "vision_model.post_layernorm.bias",
         "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
         "positional_embedding": "text_model.embeddings.position_embedding.weight",
         "ln_final.weight": "text_model.final_layer_norm.weight", "ln_final.bias": "text_model.final_layer_norm.bias",
         "logit_scale": "logit_scale"}


def to_huggingface(state):
    """OpenAI's names and layouts to those of transformers' CLIPModel; load_state_dict checks that none is left out."""
    out = {}
    for name, value in state.items():
        block = re.match(r"(visual\.)?transformer\.resblocks\.(\d+)\.(.*)\.?(weight|bias)$", name)
        if name in ("visual.proj", "text_projection"):
            out[name.replace("visual.proj", "visual_projection") + ".weight"] = value.t().contiguous()
        elif not block:
            out[OTHER[name]] = value
        else:
            start = f"{'vision_model' if block[1] else 'text_model'}.encoder.layers.{block[2]}."
            inner, kind = block[3].rstrip("._"), block[4]
            if inner == "attn.in_proj":
                for letter, part in zip("qkv", value.chunk(3)):
                    out[f"{start}self_attn.{letter}_proj.{kind}"] = part.clone()
            else:
                out[f"{start}{BLOCK[inner]}.{kind}"] = value
    return out


# ---- features of layers, all tokens: the block's output, and in the joint space ----


def open_clip_features(model, picture, position, layers):
    kept, hooks = {}, []
    visual = model.visual
    old, visual.positional_embedding = visual.positional_embedding, nn.Parameter(position)
    for layer in layers:
        def keep(_, __, result, layer=layer):
            kept[layer] = result
        hooks.append(visual.transformer.resblocks[layer - 1].register_forward_hook(keep))
    visual(picture)
    for hook in hooks:
        hook.remove()
    visual.positional_embedding = old
    return {layer: {"block": x, "joint": visual.ln_post(x) @ visual.proj} for layer, x in kept.items()}


def huggingface_features(model, picture, position, layers):
    embeddings = model.vision_model.embeddings
    old = embeddings.position_embedding, embeddings.position_ids, embeddings.image_size
    embeddings.position_embedding = nn.Embedding.from_pretrained(position)
    embeddings.position_ids, embeddings.image_size = torch.arange(len(position))[None], picture.shape[-1]
    states = model.vision_model(picture, output_hidden_states=True).hidden_states
    embeddings.position_embedding, embeddings.position_ids, embeddings.image_size = old
    post, project = model.vision_model.post_layernorm, model.visual_projection
    return {layer: {"block": states[layer], "joint": project(post(states[layer]))} for layer in layers}


def huggingface_text(model, ids):
    return model.text_projection(model.text_model(input_ids=ids).pooler_output)
