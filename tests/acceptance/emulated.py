"""For scripts: what reached the emulator of the project here. `emulated.py requests [--sort]`."""

import json
import sys
from pathlib import Path

from qfops.emulator import Emulator

FOLDER = Path(".qfops")
SEEN = FOLDER / "requests-shown"


def requests(*, in_order: bool) -> list[str]:
    """The writes since the last call, a line each."""
    before = int(SEEN.read_text()) if SEEN.exists() else 0
    emulator = Emulator(FOLDER / "emulator.db")
    found = [item for item in emulator.requests(writes_only=True) if item.seq > before]
    complaints = emulator.complaints()
    emulator.close()
    SEEN.write_text(str(max((item.seq for item in found), default=before)))
    lines = [f"{item.action} {json.dumps(item.body, ensure_ascii=False, sort_keys=True)}" for item in found]
    return [*(lines if in_order else sorted(lines)), *(f"COMPLAINT {text}" for text in complaints)]


if __name__ == "__main__":
    assert sys.argv[1] == "requests"
    print("\n".join(requests(in_order="--sort" not in sys.argv)) or "nothing was sent")
