"""The terminal that a person looks at, if there is one."""

import os
import shutil
import sys

_WIDEST = 160
"""Columns: longer lines are hard to read."""


def has_color() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def width() -> int:
    """Columns; 120 where nobody says."""
    return min(shutil.get_terminal_size((120, 24)).columns, _WIDEST)
