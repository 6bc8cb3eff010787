import numpy as np
import torch

import nst_helpers as nst
from nst_helpers.widgets.gram_mathematics import (
    MEASURES,
    cluster,
    loud_channels,
    measured,
    separating_pairs,
)


def test_three_measures_are_cosine_what_chance_leaves_of_it_and_correlation():
    maps = torch.rand(1, 6, 5, 7)
    maps[:, 4], maps[:, 5] = 0.3, 0  # one that never varies, and a silent one
    gram, means = nst.gram_matrix(maps)[0], maps.mean(dim=(0, 2, 3))
    rows = maps[0].flatten(start_dim=1).double().numpy()
    lengths = np.sqrt((rows[:5] ** 2).mean(axis=1))
    drawn = {measure: measured(gram, means, measure).numpy() for measure in MEASURES}
    expected = rows[:5] @ rows[:5].T / 35 / np.outer(lengths, lengths)
    np.testing.assert_allclose(drawn["Gram"][:5, :5], expected, atol=1e-6)
    expected = np.cov(rows[:5], bias=True) / np.outer(lengths, lengths)
    np.testing.assert_allclose(drawn["covariance"][:5, :5], expected, atol=1e-5)
    np.testing.assert_allclose(drawn["correlation"][:4, :4], np.corrcoef(rows[:4]), atol=1e-4)
    assert (drawn["correlation"][4] == 0).all()
    assert all((each[5] == 0).all() and abs(each).max() <= 1 for each in drawn.values())


def test_a_loud_picture_or_channel_is_drawn_like_a_quiet_one():
    maps = torch.rand(1, 6, 5, 7)
    louder = maps * torch.tensor([1, 3, 1, 9, 0.1, 2])[:, None, None] * 5
    for measure in MEASURES:
        a, b = (
            measured(nst.gram_matrix(each)[0], each.mean(dim=(0, 2, 3)), measure)
            for each in (maps, louder)
        )
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-4)


def test_clusters_put_blocks_together():
    block = torch.arange(12) % 3  # three groups of four channels, mixed
    similarity = 0.1 + 0.8 * (block[:, None] == block).float() + 0.1 * torch.eye(12)
    order, groups = cluster(similarity, groups=3)
    assert sorted(order) == list(range(12))
    assert groups == [(0, 4), (4, 8), (8, 12)]
    for begin, end in groups:
        assert len({int(block[channel]) for channel in order[begin:end]}) == 1


def test_separating_pairs_name_each_channel_once_and_no_silent_one():
    first, second = torch.eye(8), torch.eye(8)
    for matrix, (i, j), number in [
        (first, (1, 2), 0.9),
        (first, (1, 3), 0.8),
        (first, (6, 7), 0.7),
        (second, (4, 5), 0.6),
        (first, (4, 5), -0.1),
    ]:
        matrix[i, j] = matrix[j, i] = number
    loud = torch.arange(8) != 7
    assert separating_pairs(first, second, loud) == [(1, 2)]
    assert separating_pairs(second, first, loud) == [(4, 5)]
    assert separating_pairs(first, second, torch.ones(8, dtype=torch.bool)) == [(1, 2), (6, 7)]
    assert separating_pairs(first, second, torch.ones(8, dtype=torch.bool), count=1) == [(1, 2)]
    assert separating_pairs(first, first, loud) == []


def test_a_quarter_of_the_channels_is_loud():
    strengths = torch.arange(8.0).flip(0)
    assert loud_channels(torch.diag(strengths)).tolist() == [True, True] + 6 * [False]
