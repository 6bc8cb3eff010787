"""Mistakes that several exercises share."""


def mean_square(values):
    """Return the mean of the squares."""
    return values.square().mean()


def difference_mistakes(a, b):
    """Return what plausible mistakes in a mean squared difference give, and wrong factors."""
    return {
        "The square is missing, so plus and minus cancel.": (a - b).mean(),
        "You took absolute values in place of squares.": (a - b).abs().mean(),
        "You squared after the mean, so plus and minus cancel.": (a - b).mean().square(),
        "You squared each before you subtracted.": (a.square() - b.square()).mean(),
        "The root is left in.": mean_square(a - b).sqrt(),
        "This is a length (a norm): the root of the sum.": (a - b).norm(),
        "You returned {shape} squared differences: a loss is one number.": (a - b).square(),
        "You added the two instead of subtracting.": mean_square(a + b),
        "The target is not used.": mean_square(a),
    }, {
        "You took the sum where the mean is meant.": a.numel(),
        "You halved it.": 1 / 2,
        "You took half the sum, as the paper does; here it is the mean.": a.numel() / 2,
        "You took a quarter, as the paper does; here it is the mean.": 1 / 4,
        "You divided by the number of pictures only.": a.numel() / len(a),
    }
