"""Records what the tests here render from: `python tests/render/record.py` brings every system's production up on a local account
and writes its outputs to tests/render/outputs. Run it when the systems' files or the outputs change; then `golden.py`.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from headworks.model.files import load_environment
from headworks.secrets import declared_names

ROOT = Path(__file__).parents[2]
OUTPUTS = Path(__file__).parent / "outputs"
SYSTEMS = {
    "rockhounding-api": ROOT,
    "triggers-api": ROOT / "systems/triggers-api",
    "parquedb": ROOT / "systems/parquedb",
    "dotdo": ROOT / "systems/dotdo",
}
STACK = "production"


def headworks(home: Path, *words: str, **variables: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CLOUDFLARE_", "PULUMI_"))}
    environment = {**inherited, "PATH": "/usr/bin:/bin", "HEADWORKS_HOME": str(home), **variables}
    command = [sys.executable, "-m", "headworks", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout


def record(home: Path, system: str) -> dict[str, object]:
    folder = SYSTEMS[system]
    environment = load_environment(folder, STACK)
    if names := declared_names(environment):
        file = home / "values.vars"
        file.write_text("".join(f"{name}=made-up\n" for name in names))
        headworks(home, "secrets", "put", STACK, "--from-file", str(file), "--system", str(folder))
    passwords = {each.password_variable: "made-up" for each in environment.hyperdrives}
    headworks(home, "up", STACK, "--yes", "--skip-preview", "--system", str(folder), **passwords)
    return json.loads(headworks(home, "outputs", STACK, "--json", "--system", str(folder)))


def main() -> None:
    OUTPUTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        headworks(home, "sandbox", "start")
        try:
            for system in SYSTEMS:
                text = json.dumps(record(home, system), indent=2, ensure_ascii=False) + "\n"
                (OUTPUTS / f"{system}.json").write_text(text, encoding="utf-8")
        finally:
            headworks(home, "sandbox", "stop")


if __name__ == "__main__":
    main()
