"""octoDNS planning the same number of records: another declarative tool doing the same kind of work.

`python -m benchmarks.octodns_plan RECORDS` prints the own CPU of loading and planning with nothing to change.
"""

from __future__ import annotations

import json
import logging
import sys
import tempfile
import time
from pathlib import Path

_CONFIG = """\
providers:
  wanted: {{class: octodns.provider.yaml.YamlProvider, directory: {wanted}}}
  live: {{class: octodns.provider.yaml.YamlProvider, directory: {live}}}
zones:
  example.com.: {{sources: [wanted], targets: [live]}}
"""


def records(count: int) -> str:
    """A zone of that many records, of several types."""
    lines = ["---"]
    for index in range(count):
        name = f"host-{index:05}"
        if index % 4 == 0:
            lines += [f"{name}:", "  ttl: 300", "  type: CNAME", "  value: target.example.com."]
        elif index % 4 == 1:
            lines += [f"{name}:", "  ttl: 300", "  type: TXT", f"  value: some text of record {index}"]
        else:
            lines += [f"{name}:", "  ttl: 300", "  type: A", "  values: [10.0.0.1, 10.0.0.2]"]
    return "\n".join(lines) + "\n"


def main(count: int) -> dict[str, float]:
    """Seconds of own CPU for one plan without changes."""
    from octodns.manager import Manager

    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        text = records(count)
        for side in ("wanted", "live"):
            (Path(folder) / side).mkdir()
            (Path(folder) / side / "example.com.yaml").write_text(text, encoding="utf-8")
        config = Path(folder) / "config.yaml"
        config.write_text(_CONFIG.format(wanted=f"{folder}/wanted", live=f"{folder}/live"), encoding="utf-8")
        began = time.process_time()
        Manager(str(config)).sync(dry_run=True)
        return {"records": count, "cpu": time.process_time() - began}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
