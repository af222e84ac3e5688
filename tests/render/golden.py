"""The files that are rendered from the recorded outputs of production, for a reviewer to read: `python tests/render/golden.py` writes them."""

import json
import shutil
from pathlib import Path, PurePosixPath

from headworks.outputs import StackOutputs
from headworks.render import Rendering, render

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
APPS = {"triggers-api": PurePosixPath("apps/triggers-api")}
"""Where an app has a folder of its own; the others' files go to the folder of the program."""


def recorded(system: str, stack: str) -> StackOutputs:
    file = HERE / "outputs" / system / f"{stack}.json"
    return StackOutputs.model_validate(json.loads(file.read_text(encoding="utf-8")))


def rendered(system: str, stack: str = "production") -> dict[PurePosixPath, str]:
    return render(Rendering(outputs=recorded(system, stack), app=APPS.get(system, PurePosixPath())))


def main() -> None:
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for system in sorted(folder.name for folder in (HERE / "outputs").iterdir()):
        for path, text in rendered(system).items():
            target = GOLDEN / system / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
