"""The bugs: each is a loop in which one line differs from the loop above it."""

import copy

import numpy as np
import torch
from PIL import Image

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.museum.loop import MEAN, STD, File, Loop, in_srgb, on_white


class WrongAxis(Loop):
    """The mean is subtracted along the wrong axis."""

    def prepare(self, picture: torch.Tensor) -> torch.Tensor:
        return (picture - picture.mean(dim=1, keepdim=True)) / STD


class BlueFirst(Loop):
    """The files are read as blue, green, red."""

    def numbers(self, picture: Image.Image) -> torch.Tensor:
        levels = torch.from_numpy(np.array(picture)).flip(2)
        return levels.permute(2, 0, 1)[None] / 255


class BlueFirstInside(Loop):
    """Only the network gets blue, green, red."""

    def prepare(self, picture: torch.Tensor) -> torch.Tensor:
        return (picture.flip(1) - MEAN) / STD


class To255(Loop):
    """The pixels go up to 255, where 1 was meant."""

    def numbers(self, picture: Image.Image) -> torch.Tensor:
        levels = torch.from_numpy(np.array(picture))
        return levels.permute(2, 0, 1)[None].float()


class NotNormalised(Loop):
    """The network gets the pixels as they are, without mean and deviation."""

    def prepare(self, picture: torch.Tensor) -> torch.Tensor:
        return picture


class WrongReshape(Loop):
    """The Gram matrix is reshaped as if the channels came last."""

    def gram(self, maps: torch.Tensor) -> torch.Tensor:
        pictures, channels, rows, columns = maps.shape
        flat = maps.permute(0, 2, 3, 1).reshape(pictures, channels, rows * columns)
        return flat @ flat.mT / (rows * columns)


class LargePainting(Loop):
    """The painting is read twice as large as the photograph."""

    style_scale = 2


class NotDivided(LargePainting):
    """The Gram matrix is not divided by the number of positions."""

    def gram(self, maps: torch.Tensor) -> torch.Tensor:
        pictures, channels, rows, columns = maps.shape
        flat = maps.reshape(pictures, channels, rows * columns)
        return flat @ flat.mT


class BatchMixed(Loop):
    """The Gram matrix mixes the pictures of a batch."""

    def gram(self, maps: torch.Tensor) -> torch.Tensor:
        pictures, channels, rows, columns = maps.shape
        flat = maps.transpose(0, 1).reshape(1, channels, pictures * rows * columns)
        return flat @ flat.mT / (rows * columns)


class RolledVariation(Loop):
    """The variation loss rolls the picture round its edge."""

    def variation_loss(self, picture: torch.Tensor) -> torch.Tensor:
        down = picture[..., 1:, :] - picture[..., :-1, :]
        across = picture - picture.roll(1, dims=3)
        return down.square().mean() + across.square().mean()


class Retaining(Loop):
    """The target comes from the pixels with which the run begins."""

    def content_target(
        self, network: FeatureExtractor, pixels: torch.Tensor, content: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        maps = self.features(network, pixels)
        return {name: maps[name].detach() for name in self.content_layers}

    def backward(self, total: torch.Tensor) -> None:
        total.backward(retain_graph=True)


class NotDetached(Retaining):
    """The content target is not detached from the pixels."""

    def content_target(
        self, network: FeatureExtractor, pixels: torch.Tensor, content: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        maps = self.features(network, pixels)
        return {name: maps[name] for name in self.content_layers}


class Unfrozen(Loop):
    """The network's weights can be changed, as torchvision gives them."""

    precision = "float32"

    def network(self) -> FeatureExtractor:
        network = copy.deepcopy(super().network())
        return network.requires_grad_()

    def optimiser(self, pixels: torch.Tensor, network: FeatureExtractor) -> torch.optim.Optimizer:
        return torch.optim.Adam([pixels], lr=0.01)


class NetworkMoves(Unfrozen):
    """The optimiser gets the network's weights in place of the pixels."""

    def optimiser(self, pixels: torch.Tensor, network: FeatureExtractor) -> torch.optim.Optimizer:
        return torch.optim.Adam(network.parameters(), lr=0.01)


class NotClamped(Loop):
    """The pixels are not clamped to the range from 0 to 1."""

    def after_step(self, pixels: torch.Tensor) -> None:
        pass


class Stuck(Loop):
    """The loss is so small that L-BFGS takes itself to have arrived."""

    def total(self, losses: dict[str, torch.Tensor]) -> torch.Tensor:
        return 1e-8 * losses["content"] + 4e-7 * losses["style"] + 1e-7 * losses["variation"]


class TooFast(Loop):
    """The learning rate is ten times too high."""

    def optimiser(self, pixels: torch.Tensor, network: FeatureExtractor) -> torch.optim.Optimizer:
        return torch.optim.LBFGS([pixels], lr=10, max_iter=1)


class AlphaDropped(Loop):
    """The transparency of the painting's file is dropped."""

    def open(self, file: File) -> Image.Image:
        picture = Image.open(file)
        picture = picture.convert("RGB")
        return in_srgb(picture)


class ProfileIgnored(Loop):
    """The colour profile of the painting's file is ignored."""

    def open(self, file: File) -> Image.Image:
        picture = Image.open(file)
        picture = on_white(picture)
        return picture


class TooSmall(Loop):
    """The run begins with 64 pixels."""

    def sizes(self) -> list[int]:
        return [64, self.size]


class RootOfZero(Loop):
    """The losses have square roots."""

    def error(self, found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        return ((found - target).square().mean() / target.square().mean()).sqrt()


class FromConvolutions(Loop):
    """The layers are convolutions, before their ReLUs."""

    content_layers = ("conv4_2",)
    style_layers = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")

    def network(self) -> FeatureExtractor:
        network = super().network()
        for module in network.modules():
            if isinstance(module, torch.nn.ReLU):
                module.inplace = False
        return network


class InPlace(FromConvolutions):
    """ReLUs work in place, and overwrite the convolutions."""

    def network(self) -> FeatureExtractor:
        network = super().network()
        for module in network.modules():
            if isinstance(module, torch.nn.ReLU):
                module.inplace = True
        return network
