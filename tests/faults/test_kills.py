"""A few seeds of `kills.py` per operation; `python tests/faults/kills.py --seeds 200` for many."""

import subprocess
import sys
from pathlib import Path

import pytest

SEEDS = {"up": [10, 45, 55, 69], "destroy": [0, 1, 2, 151], "refresh": [0, 1, 2, 43]}
"""45, 55, 151 and 43 have once found a fault each."""


@pytest.mark.parametrize("operation", SEEDS)
def test_what_was_killed_is_completed_by_the_next_run_with_nothing_lost_and_nothing_doubled(operation):
    seeds = ",".join(map(str, SEEDS[operation]))
    command = [sys.executable, Path(__file__).with_name("kills.py"), "--operations", operation, "--only", seeds]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1:] == [f"{operation}: 4 of 4"], done.stdout + done.stderr
