"""``python -m accord`` is the ``accord`` command."""

from __future__ import annotations

from accord.cli import main

if __name__ == "__main__":
    main()
