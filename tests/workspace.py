"""The systems of this repository, whichever there are."""

from pathlib import Path

from headworks.workspace import open_workspace

ROOT = Path(__file__).parent.parent
SYSTEMS = {each.project: each.system for each in open_workspace(ROOT).systems()}
"""The folder of each, by its name."""
