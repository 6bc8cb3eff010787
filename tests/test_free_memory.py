import types

import psutil
import torch

from nst_helpers.runtime import memory

CPU = torch.device("cpu")


def test_the_least_of_machine_and_control_groups_is_free(monkeypatch):
    told = types.SimpleNamespace(available=1000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: told)
    monkeypatch.setattr(memory, "_control_groups", lambda: [])
    assert memory.available(CPU) == 1000
    monkeypatch.setattr(memory, "_control_groups", lambda: [2000, 300])
    assert memory.available(CPU) == 300


def test_a_control_group_may_have_any_bytes_for_a_name(tmp_path):
    name = b"stra\xdfe".decode(errors="surrogateescape")
    group = tmp_path / "sys/fs/cgroup" / name
    group.mkdir(parents=True)
    for file, text in {"memory.max": 9, "memory.current": 4}.items():
        (group / file).write_text(str(text), encoding="utf-8")
    (group / "memory.stat").write_text("inactive_file 2\n", encoding="utf-8")
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/cgroup").write_bytes(b"0::/stra\xdfe\n")
    assert list(memory._control_groups(tmp_path)) == [7]
