"""Every command that the documents show is run, in the order of the page, as a person at a terminal would run it."""

import os
import pty
import re
import select
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN_ELSEWHERE = {
    "headworks drift": "tests/drift/test_drift.py, where stacks are up",
    "headworks attest": "tests/headworks/test_attestations.py, where somebody has a key",
    "headworks gate": "test_gate.py, where it has something to refuse and something to let through",
    "headworks github": "tests/pipelines/test_conversation.py, where a server stands for GitHub",
    "headworks adopt": "tests/adopt, where there is something to adopt",
    "headworks import": "tests/adopt, after the adoption",
    "headworks preview production --system systems/app": "tests/adopt, after the import",
    "headworks render staging --system systems/triggers-api": "test_wrangler_deploys.py, where that stack is up",
    "headworks secrets put staging API_SECRET": "test_wrangler_deploys.py, with a value on standard input",
    "headworks secrets list staging --system systems/triggers-api": "test_wrangler_deploys.py, after that",
    "HEADWORKS_HOME=.headworks headworks up": "test_wrangler_deploys.py, beside the stack that it refers to",
    "npx ": "tests/apps/test_triggers_api.py, in the repository of the app",
    "make demo": "test_rockhounding.py plays it; make only installs and calls it",
    "make test": "is what runs this",
    "python -m policies.configuration": "tests/policies/test_configuration.py",
    "pulumi package add": "tests/plugin starts what it adds; Pulumi would fetch it from where it is hosted",
    "pulumi preview": "test_official_engine.py, where there is a `pulumi`",
    "pulumi up": "test_official_engine.py, where there is a `pulumi`",
}


def shown_commands(page: Path) -> list[str]:
    blocks = re.findall(r"^```(?:console|sh|bash)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip() and not line.startswith("#")]


def run_at_a_terminal(command: str, environment: dict[str, str]) -> tuple[int, str]:
    """Runs a command on a pseudo-terminal, answering each question with yes."""
    terminal, child_end = pty.openpty()
    process = subprocess.Popen(
        command, shell=True, cwd=ROOT, env=environment, stdin=child_end, stdout=child_end, stderr=child_end
    )
    os.close(child_end)
    output, answered = b"", 0
    while True:
        ready, _, _ = select.select([terminal], [], [], 0.2)
        try:
            output += os.read(terminal, 65536) if ready else b""
        except OSError:  # the other end is closed: the command is over
            break
        if output.count(b"[y/N]") > answered:
            answered += 1
            os.write(terminal, b"y\n")
        if not ready and process.poll() is not None:
            break
    os.close(terminal)
    return process.wait(), output.decode(errors="replace")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_the_page_work(page, make_checkout, tmp_path):
    commands = [
        command for command in shown_commands(page) if not any(command.startswith(known) for known in RUN_ELSEWHERE)
    ]
    if not commands:
        return
    checkout = make_checkout()
    for stack in ("staging", "production"):
        checkout.put_secrets(stack)
    values = tmp_path / ".dev.vars"
    values.write_text("".join(f"{name}=made-up\n" for name in checkout.planted))
    for command in commands:
        runnable = command.replace(".venv/bin/headworks", "headworks").replace(".dev.vars", str(values))
        runnable = runnable.replace("../app", str(tmp_path / "app"))
        exit_code, output = run_at_a_terminal(runnable, checkout.environment | {"TERM": "xterm", "COLUMNS": "120"})
        assert exit_code == 0, f"{page.name}: {command}\n{output}"


def test_only_commands_that_are_shown_are_excused():
    shown = [command for page in PAGES for command in shown_commands(page)]
    assert all(any(command.startswith(known) for command in shown) for known in RUN_ELSEWHERE)
