"""Deployments by the official `pulumi` on PATH.

On the local account its states stay in the workspace's own folder and not in the user's backend, and it runs from a copy
of the Pulumi files: the CLI writes an encryption salt into a stack's file, which does not belong into a commit.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ruamel.yaml import YAML

from headworks.account import Access
from headworks.deploy import Operation, Request
from headworks.deploy.observation import Observation
from headworks.deploy.passphrase import generated_file
from headworks.failure import Failure
from headworks.workspace import PROJECT_FILE, Workspace


def run(request: Request) -> int:
    """Run `pulumi OPERATION` and return its exit code."""
    directory = project_directory(request.workspace, request.access)
    environment = command_environment(request.workspace, request.access)
    if code := _select(request, directory, environment):
        return code
    return subprocess.run(arguments(request, directory), env=environment, check=False).returncode


def _select(request: Request, directory: Path, environment: dict[str, str]) -> int:
    """On the local account the stack is made when it is first named. Returns the exit code of `pulumi`."""
    if not request.access.local:
        return 0
    command = ["pulumi", "stack", "select", "--create", "--cwd", str(directory), "--non-interactive", request.stack]
    return subprocess.run(command, env=environment, check=False, stdout=sys.stderr).returncode


def bulk_import(request: Request, file: Path, *, protect: bool) -> int:
    """Run `pulumi import --file`; the program is there already, so no code is generated."""
    directory = project_directory(request.workspace, request.access)
    environment = command_environment(request.workspace, request.access)
    if code := _select(request, directory, environment):
        return code
    command = [
        "pulumi",
        "import",
        "--file",
        str(file),
        "--stack",
        request.stack,
        "--cwd",
        str(directory),
        "--generate-code=false",
        f"--protect={str(protect).lower()}",
    ]
    flags = {"--yes": request.yes, "--non-interactive": not sys.stdin.isatty(), "--json": request.json}
    command += [flag for flag, given in flags.items() if given]
    return subprocess.run(command, env=environment, check=False).returncode


def observe(request: Request) -> Observation:
    """Run `pulumi preview` or `pulumi refresh --preview-only` without a display."""
    return _watched(request, *(["--preview-only"] if request.operation is Operation.REFRESH else []))


def carry_out(request: Request) -> Observation:
    """Do what is asked, without a display."""
    return _watched(request)


def _watched(request: Request, *more: str) -> Observation:
    directory = project_directory(request.workspace, request.access)
    # `--event-log` is one of the options that it hides from people.
    environment = command_environment(request.workspace, request.access) | {"PULUMI_DEBUG_COMMANDS": "true"}
    if code := _select(request, directory, environment):
        return Observation((), code, "`pulumi stack select` failed")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "events.jsonl"
        command = [*arguments(request, directory), *more, "--event-log", str(log)]
        ended = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []
    return Observation(events, ended.returncode, ended.stderr.strip() if ended.returncode else "")


def query(workspace: Workspace, access: Access | None, words: list[str]) -> int:
    """Run a `pulumi stack …` command that only reads, and return its exit code."""
    directory = project_directory(workspace, access)
    command = ["pulumi", *words, "--cwd", str(directory), "--non-interactive"]
    return subprocess.run(command, env=command_environment(workspace, access), check=False).returncode


def answer(workspace: Workspace, access: Access | None, words: list[str]) -> str:
    """What a `pulumi stack …` command prints. Raises Failure when it fails; it has said why then."""
    directory = project_directory(workspace, access)
    command = ["pulumi", *words, "--cwd", str(directory), "--non-interactive"]
    environment = command_environment(workspace, access)
    finished = subprocess.run(command, env=environment, check=False, stdout=subprocess.PIPE, text=True)
    if finished.returncode:
        raise Failure(
            f"`pulumi {' '.join(words)}` failed with exit code {finished.returncode}.", fix="What it says above is why."
        )
    return finished.stdout


def arguments(request: Request, directory: Path) -> list[str]:
    """The command line of `pulumi` for a request."""
    changes = request.operation is not Operation.PREVIEW
    command = [
        "pulumi",
        request.operation,
        "--stack",
        request.stack,
        "--cwd",
        str(directory),
        f"--parallel={request.parallel}",
    ]
    flags = {
        "--yes": changes and request.yes,
        "--skip-preview": changes and request.skip_preview,
        "--non-interactive": not sys.stdin.isatty(),
        "--json": request.json,
        "--diff": request.diff,
        "--suppress-outputs": request.suppress_outputs,
        "--refresh": request.runs_program and request.refresh,
        "--expect-no-changes": request.expect_no_changes,
        "--continue-on-error": request.operation in {Operation.UP, Operation.DESTROY} and request.continue_on_error,
        "--ignore-protect": request.operation is not Operation.REFRESH and request.ignore_protect,
    }
    command += [flag for flag, given in flags.items() if given]
    if request.runs_program:
        for pack in request.policy_packs:
            command += ["--policy-pack", str(pack)]
        for config in request.policy_pack_configs:
            command += ["--policy-pack-config", str(config)]
    for target in request.targets:
        command += ["--target", target]
    return command


def command_environment(workspace: Workspace, access: Access | None) -> dict[str, str]:
    """Environment of the CLI: the account, this virtual environment's `uv`, and for the local account a backend here."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
    if access is not None:
        environment.update(access.environment)
    if access is None or not access.local:
        return environment
    backend = workspace.home / "pulumi" / "backend"
    backend.mkdir(parents=True, exist_ok=True)
    environment["PULUMI_BACKEND_URL"] = backend.as_uri()
    if "PULUMI_CONFIG_PASSPHRASE" not in environment and "PULUMI_CONFIG_PASSPHRASE_FILE" not in environment:
        environment["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(generated_file(workspace.home))
    return environment


def project_directory(workspace: Workspace, access: Access | None) -> Path:
    """The system directory itself, or for the local account an up-to-date copy of its Pulumi files."""
    if access is None or not access.local:
        return workspace.system
    copy = workspace.home / "pulumi" / "projects" / workspace.project
    copy.mkdir(parents=True, exist_ok=True)
    _copy_project_file(workspace, copy)
    for stack in workspace.stacks:
        _copy_stack_file(workspace.system / f"Pulumi.{stack}.yaml", copy / f"Pulumi.{stack}.yaml")
    return copy


def _copy_project_file(workspace: Workspace, copy: Path) -> None:
    yaml = YAML()
    project = yaml.load(workspace.system / PROJECT_FILE)
    project["main"] = os.path.relpath(workspace.root, copy)
    yaml.dump(project, copy / PROJECT_FILE)


def _copy_stack_file(source: Path, target: Path) -> None:
    yaml = YAML()
    stack = yaml.load(source)
    former = yaml.load(target) if target.exists() else {}
    if salt := (former or {}).get("encryptionsalt"):
        stack.setdefault("encryptionsalt", salt)
    partial = target.with_suffix(".new")
    yaml.dump(stack, partial)
    shutil.move(partial, target)
