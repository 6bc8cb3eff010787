import pytest
import torch

from nst_helpers import widgets
from pointing import differs


def test_co_occurrence_falls_to_chance_only_for_one_shuffle():
    black = torch.zeros(8, 10)
    black[2:5, 3:8] = 1
    figure = widgets.CoOccurrence({"black": black, "yellow": 2 * black, "white": 1 - black})
    assert figure.text == "black · yellow = 30. Chance gives 5.62. The cosine is 1.00."
    figure.positions.value = "second shuffled"
    assert float(figure.text.split("= ")[1].split(".")[0]) < 16
    assert differs(figure, lambda: setattr(figure.positions, "value", "both shuffled alike"))
    assert "= 30." in figure.text
    figure.positions.value = "as they are"
    figure.second.value = "white"
    assert "black · white = 0." in figure.text and "cosine is 0.00" in figure.text
    for bad in ({"a": black}, {"a": black, "b": black[1:]}, {"a": black, "b": -black}):
        with pytest.raises(ValueError, match="maps"):
            widgets.CoOccurrence(bad)
