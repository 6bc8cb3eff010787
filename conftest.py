"""What the examples of the package need besides pytest."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("distributed") else ["nst_helpers/runtime/sweep/cluster.py"]
