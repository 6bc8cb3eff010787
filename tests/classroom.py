"""A classroom in miniature: many processes at once load the weights and do lesson 05's work.

    uv run python tests/classroom.py 8

prints what each of them needed, with one thread each; it ends with an error where one got another
result. Linux only.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def student(folder):
    """Load, compare a picture with a style, grow a texture for three steps, save, and wait."""
    import time

    began = time.perf_counter()
    import torch

    import nst_helpers as nst

    imported = time.perf_counter()
    extractor = nst.FeatureExtractor(["relu1_1", "relu2_1", "relu3_1"], device="cpu")
    loaded = time.perf_counter()
    features = [extractor(nst.load_image(name, size=128)) for name in ("cat", "night_sky")]
    grams = [{layer: nst.gram_matrix(maps[layer]) for layer in maps} for maps in features]
    losses = [nst.style_loss(grams[0][layer], grams[1][layer]).item() for layer in grams[0]]
    grown = nst.style_transfer(
        "cat", "night_sky", size=128, steps=3, content_weight=0, start="noise", progress=False
    )
    path = Path(folder, "texture.png")
    nst.save_image(grown.image, path, grown.settings)
    worked = time.perf_counter()
    report = {
        "result": [losses, grown.losses, len(path.read_bytes()), torch.get_num_threads()],
        "seconds to import": imported - began,
        "seconds to load the weights": loaded - imported,
        "seconds to work": worked - loaded,
    }
    print(json.dumps(report), flush=True)
    sys.stdin.readline()  # until all are done, so that all are measured side by side


def classroom(students):
    """Return the reports of so many processes, with their memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        seats = []
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        for number in range(students):
            own = Path(folder, str(number))
            own.mkdir()
            command = [sys.executable, __file__, "student", str(own)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            seats.append(subprocess.Popen(command, env=environment, encoding="utf-8", **pipes))
        reports = [json.loads(seat.stdout.readline()) for seat in seats]
        pictures = {Path(folder, str(n), "texture.png").read_bytes() for n in range(students)}
        for seat, report in zip(seats, reports, strict=True):
            rollup = Path(f"/proc/{seat.pid}/smaps_rollup").read_text(encoding="utf-8")
            sizes = {name: int(kb) / 1024 for name, kb in re.findall(r"(\w+): +(\d+) kB", rollup)}
            peak = Path(f"/proc/{seat.pid}/status").read_text(encoding="utf-8")
            report["MB resident"] = sizes["Rss"]
            report["MB of its share"] = sizes["Pss"]
            report["MB of its own"] = sizes["Private_Clean"] + sizes["Private_Dirty"]
            report["MB resident at most"] = int(re.search(r"VmHWM:\s+(\d+)", peak)[1]) / 1024
        for seat in seats:
            seat.communicate("\n")
            assert seat.returncode == 0
    assert len(pictures) == 1, "the pictures differ"
    assert all(report["result"] == reports[0]["result"] for report in reports), "the losses differ"
    return reports


if __name__ == "__main__":
    if sys.argv[1] == "student":
        student(sys.argv[2])
    else:
        reports = classroom(int(sys.argv[1]))
        for name in list(reports[0])[1:]:
            values = sorted(report[name] for report in reports)
            print(f"{name:28} {values[0]:8.1f} to {values[-1]:8.1f}")
        print(f"All {len(reports)} results are equal: {reports[0]['result']}")
