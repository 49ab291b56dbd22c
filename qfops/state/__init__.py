"""What qfops remembers between runs: formats, journal, lease, and the stores that keep them.

Nothing here knows the console or a kind, and no secret ever enters a file of this package.
"""

from qfops.state.file.file_store import FileStore
from qfops.state.owner import Owner
from qfops.state.store import Session, Store

__all__ = ["FileStore", "Owner", "Session", "Store"]
