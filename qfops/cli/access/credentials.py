"""The console keys: from the environment, then from `.env`, which may hold keys and nothing else we read.

A pair comes from one place only, so that half a pair is named and never completed with the half of another.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from qfops.cli.ui import terminal
from qfops.cli.ui.errors import cannot
from qfops.core.errors import QfopsError, UsageError
from qfops.core.settings import Credentials, Secret

ENV_FILE = ".env"
_OWN = "QIANFAN"
_KEY_NAME = re.compile(
    r"^(QIANFAN|BCE|BAIDU|BOS).*(KEY|SECRET|TOKEN|_AK|_SK)|SECRET_?(ACCESS_?)?KEY", re.IGNORECASE
)
"""Names of variables that may hold a key of the console, also where somebody chose another name for one."""


def find(root: Path, prefix: str) -> Credentials:
    """The keys that PREFIX_ACCESS_KEY and PREFIX_SECRET_KEY hold; UsageError names both where one is missing.

    The prefix is QIANFAN or begins with QIANFAN_: project files may point at no other variable.
    """
    if prefix != _OWN and not prefix.startswith(f"{_OWN}_"):
        raise UsageError(
            f"console.keys: {prefix!r} is not a prefix that a project file may use",
            "It names variables of your environment, so it begins with QIANFAN_.",
            f"Write console: {{keys: {_OWN}_{prefix}}} and rename the two variables.",
        )
    names = (f"{prefix}_ACCESS_KEY", f"{prefix}_SECRET_KEY")
    for source, place in ((os.environ, "the environment"), (_file(root / ENV_FILE), ENV_FILE)):
        access, secret = (source.get(name, "") for name in names)
        if access and secret:
            return Credentials(access, Secret(secret))
        if access or secret:
            missing = names[1] if access else names[0]
            raise UsageError(
                f"{missing} is missing", f"{place} holds only the other half of the pair.", _remedy(names)
            )
    raise UsageError(f"no keys: neither {names[0]} nor {names[1]} is set", "", _remedy(names))


def hide_known(root: Path) -> None:
    """Mask, in all that is printed, whatever may be a key in the environment or in `.env`.

    A file that cannot be read is left to whoever needs the keys in it.
    """
    from qfops.console.masking import Mask

    try:
        stored = _file(root / ENV_FILE)
    except QfopsError:
        stored = {}
    sources = (*os.environ.items(), *stored.items())
    terminal.mask_with(Mask(value for name, value in sources if _KEY_NAME.search(name)).of)


def _remedy(names: tuple[str, str]) -> str:
    return (
        f"Set {names[0]} and {names[1]} in the environment or in {ENV_FILE} beside qfops.yaml. They are an "
        "account-level Access Key and its Secret Key, from the security page of the Baidu AI Cloud console "
        "(not the API Key of an application).\n"
        "To try qfops without an account, write console: {endpoint: emulator}."
    )


def _file(path: Path) -> Mapping[str, str]:
    """The assignments of a `.env` file: `NAME=value`, `export` and quotes allowed; {} where there is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise cannot("read", path, error) from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8", remedy="Save it as UTF-8.") from None
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, is_assignment, value = line.strip().removeprefix("export ").partition("=")
        if is_assignment and not name.startswith("#"):
            found[name.strip()] = _value(value.strip())
    return found


def _value(text: str) -> str:
    """A value without the quotes around it, or without the comment behind it."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text.partition(" #")[0].rstrip()
