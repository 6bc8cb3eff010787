"""Many pictures: every combination of a grid's values, on this machine or on many.

`grid` says what the runs are, `painter` paints one, `processes` and `cluster` say where, `sheet`
draws them side by side, and `sweep` puts it together. The engine knows nothing of them.
"""

from nst_helpers.runtime.sweep.grid import read_grid
from nst_helpers.runtime.sweep.sweep import Run, Sweep

__all__ = ["Run", "Sweep", "read_grid"]
