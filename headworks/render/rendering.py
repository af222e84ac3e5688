"""All files of a stack's Workers, as texts: the same bytes for the same outputs."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from headworks.outputs import StackOutputs
from headworks.render.configuration import Target, configuration
from headworks.render.dev_vars import dev_vars
from headworks.render.ownership import head, remarks
from headworks.render.previews import Previews, previews_of
from headworks.render.types import types
from headworks.wrangler import Document, emit

CONFIGURATION = "wrangler.jsonc"
TYPES = "worker-configuration.d.ts"
DEV_VARS = ".dev.vars.example"
PROGRAM = PurePosixPath()
"""The folder of the program itself."""


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """What to render from."""

    outputs: StackOutputs
    preview: StackOutputs | None = None
    """Of another stack of the system, on whose resources `wrangler dev --remote` works."""
    app: PurePosixPath = PROGRAM
    """What the system's files call the folder that the files go to: paths in the outputs start at the program's folder."""
    package: PurePosixPath = PROGRAM
    """Where the app's package.json lies, from that folder: wrangler is installed beside it."""


def render(rendering: Rendering) -> dict[PurePosixPath, str]:
    """Path to text. The main Worker's files lie in the folder itself, a companion's in a folder that has its key for a name.

    Raises Failure (exit 2) when a preview id would be production's.
    """
    previews = previews_of(rendering.outputs, rendering.preview)
    return {
        PurePosixPath(key) / name: text
        for key in rendering.outputs.workers
        for name, text in _files(rendering, key, previews).items()
    }


def _files(rendering: Rendering, key: str, previews: Previews) -> dict[str, str]:
    outputs = rendering.outputs
    worker = outputs.workers[key]
    target = Target(outputs=outputs, key=key, folder=rendering.app / key, package=rendering.package, previews=previews)
    wrangler = configuration(target)
    document = Document(
        configuration=wrangler,
        head=head(outputs, worker, has_previews=bool(previews)),
        remarks=remarks(outputs.environment.stack, wrangler, owner=worker.worker.owner),
    )
    return {CONFIGURATION: emit(document), TYPES: types(worker, main=wrangler.main), DEV_VARS: dev_vars(worker)}
