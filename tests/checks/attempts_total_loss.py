"""What students write for the total loss.

Each wrong function comes with words that its hint must contain.
"""

import torch


def total_by_order(terms, weights):
    return sum(a * b for a, b in zip(terms.values(), weights.values(), strict=True))


def total_overwritten(terms, weights):
    for name in terms:
        total = terms[name] * weights[name]
    return total


WRONG = [
    (lambda t, w: sum(t.values()), "weights are ignored"),
    (
        lambda t, w: (
            t["content"] * w["style"] + t["style"] * w["content"] + t["variation"] * w["variation"]
        ),
        "content and style are swapped",
    ),
    (total_by_order, "by their order"),
    (total_overwritten, "Only the variation term"),
    (
        lambda t, w: t["content"] * w["content"] + t["style"] * w["style"],
        "variation term is forgotten",
    ),
    (lambda t, w: sum(t[n] * w[n] for n in t) / 3, "mean of the terms"),
    (lambda t, w: sum(t[n] * w[n] for n in t) / sum(w.values()), "sum of the weights"),
    (lambda t, w: sum(t[n].item() * w[n] for n in t), "cut off"),
    (
        lambda t, w: sum((t[n] if n == "style" else t[n].detach()) * w[n] for n in t),
        "a part of the result is cut off",
    ),
    (lambda t, w: sum(t.pop(n) * w[n] for n in list(t)), "changed its input"),
]

RIGHT = [
    lambda t, w: sum(t[n] * w[n] for n in t),
    lambda t, w: torch.stack([w[n] * t[n] for n in w]).sum(),
]
