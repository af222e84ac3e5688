"""Records what the tests here render from: `python tests/render/record.py` brings every stack of every system up on a local account
and writes its outputs to tests/render/outputs. Run it when the systems' files or the outputs change; then `golden.py`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from headworks.model.files import load_environment
from headworks.model.stack_files import stacks_of
from headworks.secrets import declared_names
from tests.workspace import ROOT, SYSTEMS

OUTPUTS = Path(__file__).parent / "outputs"


def headworks(home: Path, *words: str, **variables: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDFLARE_", "PULUMI_"))}
    environment = {**inherited, "PATH": "/usr/bin:/bin", "HEADWORKS_HOME": str(home), **variables}
    command = [sys.executable, "-m", "headworks", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def record(home: Path, folder: Path, stack: str) -> dict[str, object]:
    environment = load_environment(folder, stack)
    if names := declared_names(environment):
        file = home / "values.vars"
        file.write_text("".join(f"{name}=made-up\n" for name in names))
        headworks(home, "secrets", "put", stack, "--from-file", str(file), "--system", str(folder))
    passwords = {each.password_variable: "made-up" for each in environment.hyperdrives}
    headworks(home, "up", stack, "--yes", "--skip-preview", "--system", str(folder), **passwords)
    return json.loads(headworks(home, "outputs", stack, "--json", "--system", str(folder)))


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        headworks(home, "sandbox", "start")
        try:
            for system, folder in SYSTEMS.items():
                (OUTPUTS / system).mkdir(parents=True, exist_ok=True)
                for stack in stacks_of(folder):
                    text = json.dumps(record(home, folder, stack), indent=2, ensure_ascii=False) + "\n"
                    (OUTPUTS / system / f"{stack}.json").write_text(text, encoding="utf-8")
        finally:
            headworks(home, "sandbox", "stop")


if __name__ == "__main__":
    main()
