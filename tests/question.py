"""Write a question of the lessons for `check_answer`: its answer is hashed, its hints are encoded.

uv run python tests/question.py 04-table b --hint a "What has moved?" --hint b "All move alike."

With `--prediction`, for `predict`: the hint of the right letter says why it was so.
"""

import argparse
import json

from nst_helpers.checks.predictions import FILE as PREDICTIONS
from nst_helpers.checks.questions import FILE, hide


def write(name, right, hints, file=FILE):
    """Add one question to the file, or replace it."""
    stored = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    stored[name] = hide(name, right, hints)._asdict()
    text = json.dumps(dict(sorted(stored.items())), indent=1) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="the lesson's number and a word, such as 04-table")
    parser.add_argument("right", help="the right answer, a word or a whole number")
    parser.add_argument(
        "--hint", nargs=2, action="append", default=[], metavar=("ANSWER", "TEXT"),
        help="what is shown after an answer, the right one too",
    )  # fmt: skip
    parser.add_argument("--prediction", action="store_true", help="write it for `predict`")
    given = parser.parse_args()
    file = PREDICTIONS if given.prediction else FILE
    write(given.name, given.right, dict(given.hint), file)
