"""Who holds the state: a person or robot, a command, and a process that can be looked for.

"Gone" is said only of a process of this host, this boot and this process namespace; of any other nobody here
can tell, and its lease is waited for.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Owner:
    """The run that holds, or wants, the state.

    `process_start` tells a process from a later one of the same number.
    `commit` is the version-control commit of the manifests, `run_url` where a CI run can be watched.
    """

    who: str
    command: str
    run_url: str = ""
    commit: str = ""
    host: str = ""
    pid: int = 0
    process_start: str = ""

    @classmethod
    def of_this_process(cls, who: str, command: str, *, run_url: str = "", commit: str = "") -> Owner:
        """The owner that this process is."""
        pid = os.getpid()
        return cls(who, command, run_url, commit, socket.gethostname(), pid, _process_start(pid))

    def __str__(self) -> str:
        place = f" on {self.host} (process {self.pid})" if self.host else ""
        watch = f", {self.run_url}" if self.run_url else ""
        return f"{self.who}{place}: qfops {self.command}{watch}"


def is_gone(owner: Owner) -> bool:
    """Whether the owner's process certainly does not run any more."""
    if not owner.pid or owner.host != socket.gethostname():
        return False
    ours = _process_start(os.getpid())
    if _namespace(owner.process_start) != _namespace(ours):
        return False
    try:
        os.kill(owner.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    now = _process_start(owner.pid)
    return bool(now and owner.process_start) and now != owner.process_start


def _process_start(pid: int) -> str:
    """`boot/namespace/start` of a running process; what the system does not tell stays empty."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        namespace = (_PROC / "self/ns/pid").readlink()
        stat = (_PROC / str(pid) / "stat").read_text()
    except OSError:
        return ""
    started = stat.rpartition(")")[2].split()[19]
    return f"{boot}/{namespace}/{started}"


def _namespace(process_start: str) -> str:
    return process_start.rpartition("/")[0]
