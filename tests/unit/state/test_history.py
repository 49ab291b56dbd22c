"""The history: only ever added to, and a line that a crash tore spoils no other."""

from pathlib import Path

from qfops.state.file.files import Files
from qfops.state.file.history import History


def test_events_stay_in_their_order_around_a_torn_line(tmp_path: Path) -> None:
    history = History(tmp_path, Files())
    history.add({"event": "commit", "名": 1})
    before = history.path.read_bytes()
    assert before == '{"event":"commit","名":1}\n'.encode()
    history.path.write_bytes(before + b'{"event": "to')
    history.add({"event": "takeover"})
    history.add({"event": "commit"})
    after = b'{"event": "to\n{"event":"takeover"}\n{"event":"commit"}\n'
    assert history.path.read_bytes() == before + after
