"""Run lessons in new kernels, and store their outputs as the tests of the lessons want them.

uv run python tests/store.py notebooks/05_gram_matrix.ipynb
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def store(path):
    """Run one notebook and write it anew; where it raises an error, the file stays as it is."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # one stream, however it came in pieces
        resources={"metadata": {"path": path.parent}},
    )
    client.execute()
    for cell in notebook.cells:
        if "solution" in cell.metadata.get("tags", []):  # it says what is right, and why
            cell.outputs = []
        for output in cell.get("outputs", []):
            if "data" in output:  # without its kernel a widget hides the picture beside it
                output.data.pop("application/vnd.jupyter.widget-view+json", None)
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        store(Path(name))
