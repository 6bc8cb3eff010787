import socket

import pytest


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Nothing may leave this machine in a test."""
    connect = socket.socket.connect

    def local_only(self, address):
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "localhost", "::1"}:
            raise OSError("a test tried to use the network")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)
