"""The cases of each equation and of each reading of what the paper leaves open."""
import torch

from equations_case import Case, features, normal, rounded


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
            "twelve": spoken(which, m=12, layers=2),
            "full_stop": spoken(which, play="cnc.template=anomalyclip", stop=True)}


def equation_1():
    def pairs(b, scale, spread=1.0, two=False, alike=False, overflows=False):
        board = {"image.feature.0": normal((b, 5)), "text.feature.0": normal((b, 5)),
                 "logit.scale.0": torch.tensor(scale)}
        if alike:  # cosines differ by little, so that the softmax of their hundredfold is not all or nothing
            board["text.feature.0"] = board["text.feature.0"][:1] + board["text.feature.0"] * spread
        board["image.feature.0"] = board["image.feature.0"] * spread + board["text.feature.0"]
        if two:
            board["image.feature.1"] = normal((b, 5))
        losses = ["loss.contrast0"] + ["loss.contrast1"] * two
        return Case("contrast", board, out=losses, overflows=overflows)

    return {"tau_one": pairs(7, 0.0), "tau_clip": pairs(7, 2.65926), "one_pair": pairs(1, 2.0),
            "two": pairs(2, 1.0, two=True),
            "overflow": pairs(5, 4.6, 0.3, overflows=True),
            "limit": pairs(3, 7.0, 0.1, alike=True, overflows=True)}


def alignment_cases(student):
    """Of Eq. 4, or, the epoch being theta, of Eq. 4 and 10."""
    def one(play="cnc.tau=0.5", **kinds):
        play += " cnc.gamma=0.75" if student else ""
        out = ["loss.prompts"] + ["loss.constraint"] * student
        return text_case(play, out=out, epoch=5 if student else 0, **kinds)

    return {"class_token": one(), "odd": one(b=1, n=7, c=7), "mean": one("cnc.tau=0.5 cnc.global=mean"),
            "one_patch": one("cnc.tau=0.25 cnc.global=mean", n=2, layers=1), "projected": one("cnc.tau=0.5", joint=4),
            "overflow": one("cnc.tau=0.001", b=3, scale=4.0, overflows=True),
            "tau": near_words(one("cnc.tau=0.001", b=3, overflows=True), 0.002),
            "anchor": one("cnc.tau=0.5 cnc.anchor_grad=eq4"), "sum": one("cnc.tau=0.5 cnc.reduction=sum", b=3)}


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

    return {"before": at(1), "at_theta": at(2), "after": at(3), "from_the_first": at(0, "cnc.theta=0"),
            "rising": at(3, "cnc.theta=2 cnc.gamma=0.25 cnc.ramp=5"),
            "risen": at(8, "cnc.theta=2 cnc.gamma=0.25 cnc.ramp=5"), "stated": at(5, ""),
            "before_stated": at(4, "")}


def equation_9():
    def one(play="", **kinds):
        board = features("teacher", "student", **kinds)
        board["image.0"] = torch.zeros(kinds.get("b", 2), 3, 4, 4)
        return Case(("distill " + play).strip(), board, out=["loss.distill"])

    near = one(layers=2)  # where 1 - cosine is a small difference
    near.board.update(rounded({f"student.{i}": near.board[f"teacher.{i}"] + normal((2, 5, 6), 0.01) for i in range(2)}))
    return {"image": one(), "odd": one(b=1, n=10, c=7), "patch": one("distill.flat=patch"), "near": near,
            "all_tokens": one("distill.tokens=all"),
            "all_patch": one("distill.flat=patch distill.tokens=all", n=2, b=3),
            "weight": one("distill.weight=0.375", layers=1)}


def equation_12():
    def one(play, training=True, layers=3, **kinds):
        board = features("perturbed", layers=layers, **kinds)
        c = kinds.get("c", 6)
        parameters = {"mlf.weight": normal((c, layers * c), 0.3), "mlf.bias": normal((c,), 0.3)}
        return Case(("mlf " + play).strip(), board, parameters, ["bottleneck.0"], training=training)

    return {"plain": one("mlf.dropout=0"), "odd": one("mlf.dropout=0", b=1, n=7, c=5),
            "two": one("mlf.dropout=0", layers=2),
            "dropout": one("", n=9, c=8), "half": one("mlf.dropout=0.5", b=1),
            "scoring": one("mlf.dropout=0.5", training=False)}


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
    for tensors, name in ((case.board, "bottleneck.0"), (case.parameters, "moe.router.weight"),
                          (case.parameters, "moe.router.bias")):
        tensors[name] = (tensors[name] * 8).round() / 8
    for i, j in pairs:
        case.parameters["moe.router.weight"][j] = case.parameters["moe.router.weight"][i]
        case.parameters["moe.router.bias"][j] = case.parameters["moe.router.bias"][i]
    return case


def equation_14():
    kinds = "softmax", "renormalised", "top_softmax"
    cases = {f"{kind}": experts(f"moe.gate={kind}", training=False) for kind in kinds}
    cases |= {f"all_{kind}": experts(f"moe.gate={kind} moe.top=3", t=3, b=1, n=7, c=5, h=3,
                                     training=False) for kind in kinds}
    cases |= {f"one_{kind}": experts(f"moe.gate={kind} moe.top=1", t=1, b=1, training=False) for kind in kinds}
    cases |= {f"first_{kind}": experts(f"moe.gate={kind} moe.top=1", t=5, training=False) for kind in kinds}
    cases |= {f"tied_{kind}": tied(experts(f"moe.gate={kind}", t=5, training=False),
                                   [(1, 3), (0, 4)]) for kind in kinds}
    cases |= {"all_tied": tied(experts("moe.top=3", t=4, training=False), [(0, 1), (0, 2), (0, 3)])}
    cases |= {kind: experts(f"moe.activation={kind}", training=False) for kind in ("gelu", "quickgelu")}
    cases |= {"ratio": experts("moe.ratio=1.5", h=9, training=False),
              "as_wide": experts("moe.ratio=1", h=6, training=False)}
    cases |= {"perturbed": experts(source="perturbed", training=False, b=1),
              "teacher": experts(source="teacher", training=False, b=1)}
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
        shapes = {"ln_1.weight": (c,), "ln_1.bias": (c,), "attn.in_proj_weight": (3 * c, c),
                  "attn.in_proj_bias": (3 * c,),
                  "attn.out_proj.weight": (c, c), "attn.out_proj.bias": (c,), "ln_2.weight": (c,), "ln_2.bias": (c,),
                  "mlp.c_fc.weight": (h, c), "mlp.c_fc.bias": (h,), "mlp.c_proj.weight": (c, h),
                  "mlp.c_proj.bias": (c,)}
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
    return {"stated": one(size=9), "sharp": one(sharp, judged=("score.0", "score.image.0")),
            "odd": one(sharp, b=1, n=10, c=7, size=7),
            "corners": one(sharp + " distill.align_corners=no"),
            "odd_corners": one(sharp + " distill.align_corners=no", n=10, size=11, b=1),
            "one_patch": one(sharp, n=2, size=3, layers=1), "smooth": one("distill.smooth=1.5"),
            "smooth_corners": one("distill.smooth=1.5 distill.align_corners=no", n=10, size=7, b=1),
            "layers": one(sharp, layers=5, b=1)}


def noise_cases():
    def one(play="", training=True, **kinds):
        return Case(("noise " + play).strip(), features("teacher", **kinds),
                    judged=[f"perturbed.{i}" for i in range(3)], training=training)

    return {"relative": one(), "odd": one(b=1, n=7, c=7), "absolute": one("noise.mode=absolute noise.std=0.3"),
            "jitter": one("noise.mode=jitter noise.std=20"), "scoring": one(training=False), "none": one("noise.std=0")}


def decoder_cases():
    def one(play, c=6, n=5, layers=2, ratio=4.0, source="bottleneck", **kinds):
        board = features("teacher", c=c, n=n, layers=layers, **kinds)
        if source != "teacher":
            board.update(features(source, c=c, n=n, layers=1 if source == "bottleneck" else layers, **kinds))
        return Case(("decoder " + play).strip(), board, decoder_parameters(c, layers, ratio),
                    [f"student.{i}" for i in range(layers)])

    return {"reversed": one("decoder.heads=2"), "aligned": one("decoder.heads=3 decoder.order=aligned"),
            "odd": one("decoder.ratio=2", c=7, n=7, b=1, ratio=2.0),
            "perturbed": one("decoder.ratio=1", source="perturbed", ratio=1.0),
            "teacher": one("decoder.ratio=1 decoder.heads=2", source="teacher", ratio=1.0, b=1, layers=3)}


FILES = {
    "eq01": equation_1, "eq02": lambda: spoken_cases(0), "eq03": lambda: spoken_cases(1),
    "eq04": lambda: alignment_cases(False),
    "eq05": lambda: promotion_cases("teacher", equations_5_8), "eq06": lambda: promotion_cases("teacher", equation_6),
    "eq07": lambda: promotion_cases("teacher", equation_7), "eq08": lambda: promotion_cases("student", equations_5_8),
    "eq09": equation_9, "eq10": lambda: alignment_cases(True), "eq11": equation_11, "eq12": equation_12,
    "eq13": equation_13,
    "eq14": equation_14, "eq15": equation_15, "eq16": equation_16, "eq17": equation_17, "noise": noise_cases,
    "decoder": decoder_cases,
}
