"""A browser that is installed, to make a PDF of a page."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from nst_helpers.errors import InputError, shown

_SECONDS = 120
_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
_NAMES += ["microsoft-edge", "microsoft-edge-stable", "msedge"]
_PLACES = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
]


def find_browser() -> str:
    """Return the path of Chromium, Chrome or Edge, or what `NST_BROWSER` names.

    Raises:
        InputError: there is none.
    """
    named = os.environ.get("NST_BROWSER")
    for name in [named] if named else [*_NAMES, *_PLACES]:
        if found := shutil.which(name):
            return found
    what = f"{shown(named)}, which NST_BROWSER names," if named else "Chromium, Chrome or Edge"
    raise InputError(f"{what} was not found.")


def print_page(page: Path, pdf: Path, browser: str) -> None:
    """Make a PDF of a page, once its formulas are there.

    Args:
        page: an HTML file.
        pdf: the file to write.
        browser: as `find_browser` returns it.

    Raises:
        InputError: the browser wrote no PDF.
    """
    with tempfile.TemporaryDirectory() as profile:  # apart from a browser that is open
        options = ["--headless", "--disable-gpu", "--no-first-run", f"--user-data-dir={profile}"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            options.append("--no-sandbox")  # an administrator's browser does not start without
        options += ["--virtual-time-budget=30000", "--no-pdf-header-footer"]
        command = [browser, *options, f"--print-to-pdf={pdf}", page.absolute().as_uri()]
        try:
            subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired):
            pass
    if not pdf.is_file():
        raise InputError(f"{shown(browser)} made no PDF of {shown(page)}.")
