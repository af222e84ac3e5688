"""A deployment engine for Pulumi programs on this machine: the protocols and the state of Pulumi's own engine.

    result = up(Options(project=Path("."), stack="dev", state=Path(".state"), passphrase=…), print)

It is for local work: it talks to provider plugins that are already here, and the cloudflare provider that it serves itself accepts
no address but this machine's. What it does not support it refuses by name.
"""

from sandbox.engine.backend.stack import cancel, export, import_, outputs
from sandbox.engine.errors import EngineError, Unsupported
from sandbox.engine.events import Emit
from sandbox.engine.operations import bulk_import, destroy, preview, refresh, up
from sandbox.engine.options import ExitCode, Options, Result

__all__ = [
    "Emit",
    "EngineError",
    "ExitCode",
    "Options",
    "Result",
    "Unsupported",
    "bulk_import",
    "cancel",
    "destroy",
    "export",
    "import_",
    "outputs",
    "preview",
    "refresh",
    "up",
]
