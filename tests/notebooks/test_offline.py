"""Without a network, lessons and command line do the same; conftest.py and offline.py block it."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("203.0.113.1", 80)  # an address that is kept free for examples


def test_the_tests_stay_offline():
    with pytest.raises(OSError, match="tried to use the network"):
        socket.create_connection(ELSEWHERE, timeout=1)


def test_the_kernels_of_lessons_stay_offline():
    from jupyter_client.manager import run_kernel

    with run_kernel(kernel_name="python3") as client:
        code = f"import socket\nsocket.create_connection({ELSEWHERE}, timeout=1)"
        reply = client.execute_interactive(code, timeout=60, output_hook=lambda _: None)
    assert "tried to use the network" in reply["content"]["evalue"]


WITHOUT_NETWORK = f"""
import errno, fcntl, socket, struct, subprocess, sys

with socket.socket() as loopback:  # which is down at first, and kernels need it
    fcntl.ioctl(loopback, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP
with socket.socket() as outside:
    assert outside.connect_ex({ELSEWHERE}) == errno.ENETUNREACH
python = [sys.executable, "-m"]
command_line = "nst_helpers cat night_sky --size 64 --steps 2 --device cpu --output".split()
lesson = "pytest -p no:cacheprovider notebooks/04_correlation.ipynb".split()
for command in ([*command_line, sys.argv[1]], lesson):
    subprocess.run([*python, *command], check=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are a thing of Linux")
def test_a_lesson_and_the_command_line_need_no_network(tmp_path):
    """In a namespace that has no network but this machine's own."""
    unshare = [shutil.which("unshare") or "false", "--map-root-user", "--net"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode:
        pytest.skip("this system does not permit a process to leave the network")
    picture = tmp_path / "a.png"
    done = subprocess.run(
        [*unshare, sys.executable, "-c", WITHOUT_NETWORK, picture],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert picture.exists() and " passed" in done.stdout
