import pytest

from nst_helpers.course.names import needed_cells


@pytest.mark.parametrize(
    ("cells", "needed"),
    [
        (["a = 1", "b = 2", "a + 1"], [0, 2]),
        (["a = 1", "a = 2", "a"], [1, 2]),
        (["import a.b", "c = [a for a in ()]", "a.b.c"], [0, 2]),
        (["a = 1", "def f():\n    return a", "f()"], [0, 1, 2]),
        (["a = 1", "def f():\n    a = 2\n    return a", "f()"], [1, 2]),
        (["a = [0]", "a[0] = 1", "b.a = 2", "a"], [0, 1, 3]),
        (["a = 0", "a += 1", "a"], [0, 1, 2]),
        (["def a(): pass", "def a(): return 1", "a()"], [1, 2]),
        (["a = {}", "def f():\n    a = {}\n    a |= {}\n    a[0] = 1", "f"], [1, 2]),
        (["a = [0]", "def f():\n    a[0] = 1", "f()\na"], [0, 1, 2]),
        (["def f():\n    global a\n    a = 1", "f()", "a"], [0, 2]),
        (["print = 1", "1 / 0", "len([])"], [2]),
    ],
)
def test_a_cell_needs_those_that_give_or_change_what_it_takes(cells, needed):
    assert needed_cells(cells, {len(cells) - 1}) == needed
