"""What the policy pack adds to a preview: `python bench/policies.py [--runs N] [--stack NAME]`.

Each system is previewed on a local account by the embedded engine, in turn with and without the pack, so that the difference
holds on a busy machine. Budget on two cores: 1 s.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from headworks.model.files import load_environment
from headworks.workspace import open_workspace
from sandbox.engine import Options, preview

ROOT = Path(__file__).resolve().parents[1]
SYSTEMS = {each.project: each.system for each in open_workspace(ROOT).systems()}


@contextmanager
def local_account(directory: Path, account: str) -> Iterator[dict[str, str]]:
    """What to put into the environment to reach it."""
    command = [sys.executable, "-m", "sandbox.account", "--directory", str(directory), "--account", f"{account}=Bench"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().strip()
            token = (directory / "token").read_text().strip()
            yield {"CLOUDFLARE_BASE_URL": address, "CLOUDFLARE_API_TOKEN": token}
        finally:
            process.terminate()


def add_zones(account: str, names: tuple[str, ...], access: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {access['CLOUDFLARE_API_TOKEN']}"}
    with httpx.Client(base_url=access["CLOUDFLARE_BASE_URL"], headers=headers, trust_env=False) as client:
        for name in names:
            client.post("/zones", json={"name": name, "account": {"id": account}}).raise_for_status()


def seconds(options: Options) -> float:
    """The pack may refuse (no secret is set here), but the preview itself must come to its end."""
    began = time.perf_counter()
    result = preview(options, lambda _: None)
    if result.exit_code and not options.policy_packs:
        sys.exit(f"the preview of {options.project} failed, so its time says nothing: {result.error}")
    return time.perf_counter() - began


def measure(system: str, stack: str, runs: int) -> None:
    environment = load_environment(SYSTEMS[system], stack)
    with tempfile.TemporaryDirectory() as home, local_account(Path(home), environment.account_id) as access:
        add_zones(environment.account_id, environment.zone_names, access)
        bare, judged = (
            Options(
                project=SYSTEMS[system],
                stack=stack,
                state=Path(home, "state"),
                passphrase="bench",
                policy_packs=packs,
                environment=access | {each.password_variable: "made-up" for each in environment.hyperdrives},
            )
            for packs in ((), (ROOT / "policies",))
        )
        pairs = [(seconds(bare), seconds(judged)) for _ in range(runs)]
    without = statistics.median(first for first, _ in pairs)
    added = statistics.median(second - first for first, second in pairs)
    print(f"{system:18} {without:10.2f} {added:10.2f} {1:8}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--stack", default="production")
    arguments = parser.parse_args()
    print(f"{'system':18} {'preview':>10} {'pack adds':>10} {'budget':>8}")
    for system in SYSTEMS:
        measure(system, arguments.stack, arguments.runs)


if __name__ == "__main__":
    main()
