"""The library and the command line."""

import sys

# httpx brings a command line of its own, which nobody here calls and which is half of its import.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
