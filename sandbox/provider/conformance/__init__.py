"""Replays what was recorded of the real provider: `python -m sandbox.provider.conformance DIR…`."""

from sandbox.provider.conformance.case import run_case

__all__ = ["run_case"]
