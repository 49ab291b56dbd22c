"""The `qfops` script: says its version at once, and loads the command line for everything else."""

from __future__ import annotations

import sys
from typing import NoReturn

from qfops import __version__


def start() -> NoReturn:
    """Run the command line of this process, and end it with its exit code."""
    if sys.argv[1:] == ["--version"] and sys.stdout is not None:
        try:
            sys.stdout.write(f"qfops {__version__}\n")
            sys.stdout.flush()
        except OSError:
            pass  # the command line says what happened to its output
        else:
            sys.exit(0)
    from qfops.cli.main import main

    main()
