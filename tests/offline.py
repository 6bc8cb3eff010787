"""Nothing may leave this machine: run by conftest.py, and by every kernel at its start."""

import sys


def only_here(event, arguments):
    if event == "socket.connect":
        address = arguments[1]  # of the sockets of Unix it is a path
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "localhost", "::1"}:
            raise OSError(f"a test tried to use the network: {address}")


sys.addaudithook(only_here)
