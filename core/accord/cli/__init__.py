"""The ``accord`` command; its parts are imported when it is run."""

from __future__ import annotations

import sys
from collections.abc import Sequence

_NEEDED = ("typer", "rich")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the ``accord`` command and exit.

    Parameters
    ----------
    arguments : sequence of str, optional
        Instead of those of the process.

    Raises
    ------
    SystemExit
        With 0 when all is well; 2 for bad input, after one line on stderr.
    """
    try:
        from accord.cli.app import run
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in _NEEDED:
            raise
        sys.stderr.write(
            f'error: the accord command needs {package}; run pip install "accord[cli]"\n'
        )
        sys.exit(2)
    sys.exit(run(arguments))
