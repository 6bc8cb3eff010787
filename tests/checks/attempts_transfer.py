"""What students write for the whole loop of style transfer.

Each wrong loop comes with words that its hint must contain.
"""

import torch

import nst_helpers as nst

LAYERS = ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]


def three_losses(network, pixels, P, A):
    maps = network(pixels)
    styles = [nst.style_loss(nst.gram_matrix(maps[k]), A[k]) / A[k].square().mean() for k in A]
    return {
        "content": nst.content_loss(maps["relu4_2"], P) / P.square().mean(),
        "style": sum(styles) / len(styles),
        "variation": nst.variation_loss(pixels),
    }


def weighted(losses, weights):
    return sum(weights[name] * losses[name] for name in losses)


def clamp(pixels):
    with torch.no_grad():
        pixels.clamp_(0, 1)


def adam(pixels, network):
    return torch.optim.Adam([pixels], lr=0.03)


def loop(
    content,
    style,
    weights,
    steps,
    begin=lambda content, style: content.clone(),
    optimizer=adam,
    zero=True,
    total=weighted,
    clamp=clamp,
    give=lambda pixels: pixels.detach().clone(),
    backward=lambda total: total.backward(),
    targets=lambda content, style: (content, style),
    precision="float32",
):
    network = nst.FeatureExtractor([*LAYERS, "relu4_2"], precision=precision)
    shown, painted = targets(content, style)
    with torch.no_grad():
        P = network(shown)["relu4_2"]
        maps = network(painted)
        A = {layer: nst.gram_matrix(maps[layer]) for layer in LAYERS}
    pixels = begin(content, style).requires_grad_()
    moves = optimizer(pixels, network)
    for _ in range(steps):
        losses = three_losses(network, pixels, P, A)
        yield give(pixels)
        if zero:
            moves.zero_grad()
        backward(total(losses, weights))
        moves.step()
        clamp(pixels)


def loop_with(**options):
    return lambda *inputs: loop(*inputs, **options)


def loop_of_network(content, style, weights, steps):
    """Let the weights of the network move, too."""

    def both(pixels, network):
        network.requires_grad_(True)
        return torch.optim.Adam([pixels, *network.parameters()], lr=0.001)

    return loop(content, style, weights, steps, optimizer=both)


def without(name):
    return lambda losses, weights: weighted({k: losses[k] for k in losses if k != name}, weights)


def detached(name):
    return lambda losses, weights: weighted({**losses, name: losses[name].item()}, weights)


def swapped(losses, weights):
    turned = {**weights, "content": weights["style"], "style": weights["content"]}
    return weighted(losses, turned)


def in_order(losses, weights):
    return sum(a * b for a, b in zip(losses.values(), weights.values(), strict=True))


def thrice_the_style(losses, weights):
    return weighted(losses, {**weights, "style": 3 * weights["style"]})


def clamp_a_leaf(pixels):
    pixels.clamp_(0, 1)


def loop_of_the_notebook(content, style, weights, steps):
    return loop(nst.load_image("coffee", size=96), style, weights, steps)


def loop_with_own_steps(content, style, weights, steps):
    return loop(content, style, weights, 4)


def loop_begun_anew(content, style, weights, steps):
    return [list(loop(content, style, weights, 2))[1] for _ in range(steps)]


def loop_without_end(content, style, weights, steps):
    return loop(content, style, weights, 100_000)


def loop_by_hand(content, style, weights, steps, rate=0.01, total=weighted):
    """Use plain gradient descent, without an optimiser of torch; return the last picture."""
    network = nst.FeatureExtractor([*LAYERS, "relu4_2"])
    maps, P = network(style), network(content)["relu4_2"]
    A = {layer: nst.gram_matrix(maps[layer]) for layer in LAYERS}
    pixels = content.clone()
    for _ in range(steps):
        pixels.requires_grad_()
        value = total(three_losses(network, pixels, P, A), weights)
        (gradient,) = torch.autograd.grad(value, pixels)
        pixels = (pixels.detach() - rate * gradient).clamp(0, 1)
    return pixels


def loop_by_hand_with(**options):
    return lambda *inputs: loop_by_hand(*inputs, **options)


def loop_lbfgs(content, style, weights, steps):
    network = nst.FeatureExtractor([*LAYERS, "relu4_2"])
    maps, P = network(style), network(content)["relu4_2"]
    A = {layer: nst.gram_matrix(maps[layer]) for layer in LAYERS}
    pixels = content.clone().requires_grad_()
    optimizer = torch.optim.LBFGS([pixels], max_iter=2)

    def closure():
        optimizer.zero_grad()
        total = weighted(three_losses(network, pixels, P, A), weights)
        total.backward()
        return total

    pictures = []
    for _ in range(steps):
        optimizer.step(closure)
        pictures.append(pixels.detach().clamp(0, 1))
    return pictures


def loop_with_totals(content, style, weights, steps):
    return [(picture, 0.0) for picture in loop(content, style, weights, steps)]


WRONG = [
    (loop_with(zero=False), "gradients of all steps before"),
    (loop_with(optimizer=lambda p, n: torch.optim.Adam(n.parameters(), lr=0.03)), "not given"),
    (loop_of_network, "changed the weights of the network"),
    (loop_with(clamp=lambda pixels: None), "clamp them to [0, 1]"),
    (loop_with(clamp=clamp_a_leaf), "inside `with torch.no_grad():`"),
    (loop_with(total=lambda losses, weights: weighted(losses, weights).detach()), "is cut off"),
    (loop_with(total=lambda losses, weights: weighted(losses, weights).item()), "plain number"),
    (loop_with(total=detached("content")), "The content loss does not move"),
    (loop_with(total=detached("style")), "The style loss does not move"),
    (loop_with(total=without("variation")), "The variation loss does not move"),
    (loop_with(total=swapped), "content and style are swapped"),
    (loop_with(total=in_order), "pair them by name"),
    (loop_with(total=thrice_the_style), "count content 1, style 120, variation 10 times"),
    (loop_with(total=lambda losses, weights: sum(losses.values())), "weights are ignored"),
    (loop_with(total=lambda losses, weights: -weighted(losses, weights)), "uphill"),
    (loop_with(begin=lambda content, style: style.clone()), "begins with the style picture"),
    (loop_with(begin=lambda content, style: torch.rand_like(content)), "something else"),
    (loop_with(begin=lambda content, style: content), "changed the content picture"),
    (loop_with(begin=lambda c, s: c.requires_grad_().clone()), "First copy"),
    (loop_with(targets=lambda content, style: (content, content)), "`A` of the style picture"),
    (loop_with(backward=lambda total: None), "call `total.backward()`"),
    (loop_with(give=lambda pixels: pixels.detach()), "same tensor"),
    (loop_with(give=lambda pixels: pixels.clone()), "hang on the computation"),
    (loop_with(give=lambda pixels: None), "a NoneType where a picture"),
    (loop_with(optimizer=lambda p, n: torch.optim.Adam([p], lr=1e-4)), "too small"),
    (loop_with(optimizer=lambda p, n: torch.optim.SGD([p], lr=10)), "too large"),
    (loop_of_the_notebook, "use the arguments of your function"),
    (loop_with_own_steps, "there came 4 pictures"),
    (loop_without_end, "there came more pictures"),
    (loop_begun_anew, "the same pixels again"),
    (loop_by_hand_with(rate=-0.01), "uphill"),
    (loop_by_hand_with(total=without("variation")), "only the variation has a weight"),
    (loop_by_hand_with(total=without("content")), "weight of the content changes nothing"),
    (lambda content, style, weights, steps: content.clone(), "did not move"),
    (lambda content, style, weights, steps: style.clone(), "begins with the style picture"),
]

RIGHT = [
    loop,
    loop_with(precision=None),
    loop_with(optimizer=lambda pixels, network: torch.optim.Adam([pixels], lr=0.1)),
    loop_with(optimizer=lambda pixels, network: torch.optim.SGD([pixels], lr=0.01)),
    loop_by_hand,
    loop_lbfgs,
    loop_with_totals,
]
