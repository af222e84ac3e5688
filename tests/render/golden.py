"""The files that are rendered from the recorded outputs, for a reviewer to read: `python tests/render/golden.py` writes them.

An app that has the shape of a repository of its own keeps those of its environments itself, as such a repository would.
"""

import json
from pathlib import Path, PurePosixPath

from headworks.outputs import StackOutputs
from headworks.render import Rendering, render
from headworks.render.files import compare, write

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
APPS = {"triggers-api": PurePosixPath("apps/triggers-api")}
"""Those with a folder for each environment; the others' files go to the folder of the program."""
COMMITTED = {
    ("dotdo", "production"): HERE / "golden/dotdo",
    ("parquedb", "production"): HERE / "golden/parquedb",
    ("rockhounding-api", "production"): HERE / "golden/rockhounding-api",
    ("triggers-api", "staging"): ROOT / "apps/triggers-api/staging",
    ("triggers-api", "production"): ROOT / "apps/triggers-api/production",
}


def recorded(system: str, stack: str) -> StackOutputs:
    file = HERE / "outputs" / system / f"{stack}.json"
    return StackOutputs.model_validate(json.loads(file.read_text(encoding="utf-8")))


def rendered(system: str, stack: str = "production") -> dict[PurePosixPath, str]:
    outputs = recorded(system, stack)
    if system in APPS:
        return render(Rendering(outputs=outputs, app=APPS[system] / stack, package=PurePosixPath("..")))
    return render(Rendering(outputs=outputs))


def main() -> None:
    for (system, stack), folder in COMMITTED.items():
        write(compare(folder, rendered(system, stack)))


if __name__ == "__main__":
    main()
