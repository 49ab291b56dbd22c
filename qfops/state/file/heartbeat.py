"""Keeps a lease alive from a thread of its own, so that a busy event loop cannot lose it."""

from __future__ import annotations

import threading

from qfops.core.errors import QfopsError
from qfops.state.file.lease_file import LeaseFile
from qfops.state.lease import RENEWALS, Lease


class Heartbeat:
    """Renews `lease` every quarter of its length until it is stopped or another has taken over.

    A renewal that fails (a full disk) is tried again at the next beat; `trouble` is the last failure, for
    the message should the lease be lost over it.
    """

    def __init__(self, file: LeaseFile, lease: Lease) -> None:
        self._file, self._lease = file, lease
        self._stop = threading.Event()
        self.trouble: QfopsError | None = None
        self._thread = threading.Thread(target=self._run, name="qfops-lease", daemon=True)

    def start(self) -> None:
        """Begin to renew."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it; the lease stays as it is."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._file.length / RENEWALS):
            try:
                if not self._file.renew(self._lease):
                    return
                self.trouble = None
            except QfopsError as error:
                self.trouble = error
