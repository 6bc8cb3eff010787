"""What students write for the bytes of a picture.

Each wrong function comes with words that its hint must contain.
"""

import torch


def by_numpy(picture):
    pixels = picture[0].permute(1, 2, 0).numpy()
    return (pixels.clip(0, 1) * 255).round().astype("uint8")


WRONG = [
    (lambda p: (255 * p[0]).round().int().to(torch.uint8).permute(1, 2, 0), "256 becomes 0"),
    (lambda p: (255 * p[0]).int().to(torch.uint8).permute(1, 2, 0), "nor is anything rounded"),
    (lambda p: (255 * p[0]).round().permute(1, 2, 0), "still there"),
    (lambda p: (255 * p[0].clamp(0, 1)).to(torch.uint8).permute(1, 2, 0), "not rounded"),
    (lambda p: 255 * p[0].clamp(0, 1).permute(1, 2, 0), "not rounded"),
    (lambda p: (256 * p[0].clamp(0, 1)).round().permute(1, 2, 0), "by 256"),
    (lambda p: 255 * p[0].clamp(0, 1).round().permute(1, 2, 0), "before you multiplied"),
    (lambda p: p[0].clamp(0, 1).permute(1, 2, 0), "not multiplied by 255"),
    (lambda p: p[0].clamp(0, 1).to(torch.uint8).permute(1, 2, 0), "between 0 and 1"),
    (lambda p: (255 * p[0].clamp(0, 1)).round(), "still the first dimension"),
    (lambda p: (255 * p.clamp(0, 1)).round().permute(0, 2, 3, 1), "batch is still there"),
    (lambda p: (255 * p[0].clamp(0, 1)).round().flip(0).permute(1, 2, 0), "Red and blue"),
    (lambda p: (255 * p[0].clamp(0, 1)).round().permute(2, 1, 0), "Rows and columns"),
    (lambda p: (255 * p[0].clamp(0, 1)).round().reshape(p.shape[2], -1, 3), "cut the numbers anew"),
    (
        lambda p: (255 * (p - p.min()) / (p.max() - p.min())).round()[0].permute(1, 2, 0),
        "stretched",
    ),
]

RIGHT = [
    lambda p: (255 * p[0].clamp(0, 1)).round().to(torch.uint8).permute(1, 2, 0),
    lambda p: (255 * p).round().clamp(0, 255).squeeze(0).movedim(0, 2),
    by_numpy,
]
