import torch

import nst_helpers as nst
from nst_helpers.widgets.gram_mathematics import cluster, relative_grams, separating_pairs


def test_relative_grams_forget_how_loud_a_picture_or_a_channel_is():
    maps = [torch.rand(1, 6, 5, 7), torch.rand(1, 6, 5, 7)]
    first, second = (nst.gram_matrix(each)[0] for each in maps)
    a, b = relative_grams(first, second)
    torch.testing.assert_close(a.diagonal() + b.diagonal(), torch.full((6,), 2.0))
    torch.testing.assert_close(relative_grams(9 * first, second)[0], a)
    maps[0][:, 2] = maps[1][:, 2] = 0
    silent = [nst.gram_matrix(each)[0] for each in maps]
    assert all(gram.isfinite().all() for gram in relative_grams(*silent))


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
    first[7, 7] = second[7, 7] = 1e-4
    for matrix, (i, j), number in [
        (first, (1, 2), 0.9),
        (first, (1, 3), 0.8),
        (second, (4, 5), 0.7),
    ]:
        matrix[i, j] = matrix[j, i] = number
    first[6, 7] = first[7, 6] = 0.01  # as much as the silent channel can
    assert separating_pairs(first, second) == [(1, 2), (4, 5)]
    assert separating_pairs(first, second, count=1) == [(1, 2)]
    assert separating_pairs(first, first) == []
