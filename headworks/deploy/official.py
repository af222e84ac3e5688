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
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from headworks.account import Access
from headworks.deploy import Observation, Operation, Place, Request
from headworks.deploy.passphrase import generated_file
from headworks.failure import Failure
from headworks.workspace import PROJECT_FILE, Workspace


def run(request: Request) -> int:
    """Run `pulumi OPERATION`, which previews and asks itself."""
    pulumi = _pulumi_of(request)
    return _select(pulumi, request) or pulumi.run(*_arguments(request)).returncode


def bulk_import(request: Request, file: Path, *, protect: bool) -> int:
    """Run `pulumi import --file`; the program is there already, so no code is generated."""
    pulumi = _pulumi_of(request)
    words = [*_arguments(request), "--file", str(file), "--generate-code=false", f"--protect={str(protect).lower()}"]
    return _select(pulumi, request) or pulumi.run(*words).returncode


def observe(request: Request) -> Observation:
    """Run `pulumi OPERATION` for its events."""
    pulumi = _pulumi_of(request)
    if code := _select(pulumi, request):
        return Observation((), code, "`pulumi stack select` failed")
    # `--event-log` is one of the options that it hides from people.
    environment = {**pulumi.environment, **request.environment, "PULUMI_DEBUG_COMMANDS": "true"}
    shown = replace(pulumi, environment=environment)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "events.jsonl"
        ended = shown.run(*_arguments(request), "--event-log", str(log), capture_output=True)
        events = [json.loads(line) for line in log.read_text().splitlines()] if log.is_file() else []
    return Observation(events, ended.returncode, ended.stderr.strip() if ended.returncode else "")


def outputs(place: Place) -> dict[str, Any]:
    return _answer(place, "stack", "output", "--json")


def show_outputs(place: Place, *, as_json: bool, show_secrets: bool) -> int:
    return _query(place, "stack", "output", *_given({"--json": as_json, "--show-secrets": show_secrets})).returncode


def export(place: Place) -> dict[str, Any]:
    return _answer(place, "stack", "export")


def replace_state(place: Place, exported: Mapping[str, Any]) -> None:
    _said(place, "stack", "import", told=json.dumps(exported))


def show_export(place: Place, *, show_secrets: bool) -> int:
    return _query(place, "stack", "export", *_given({"--show-secrets": show_secrets})).returncode


def cancel(place: Place) -> int:
    return _query(place, "cancel", "--yes").returncode


@dataclass(frozen=True)
class _Pulumi:
    """The command line, and where it runs."""

    directory: Path
    environment: Mapping[str, str]

    def run(self, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
        command = ["pulumi", *words, "--cwd", str(self.directory)]
        return subprocess.run(command, env=self.environment, check=False, text=True, **options)


def _pulumi_of(place: Place) -> _Pulumi:
    return _Pulumi(_project_directory(place.workspace, place.access), _environment(place.workspace, place.access))


def _select(pulumi: _Pulumi, request: Request) -> int:
    """On the local account the stack is made when it is first named. Returns the exit code of `pulumi`."""
    if not request.access.local:
        return 0
    return pulumi.run("stack", "select", "--create", "--non-interactive", request.stack, stdout=sys.stderr).returncode


def _query(place: Place, *words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command that is about the state alone."""
    return _pulumi_of(place).run(*words, "--stack", place.stack, "--non-interactive", **options)


def _answer(place: Place, *words: str) -> dict[str, Any]:
    """The JSON that such a command prints. Raises Failure when it fails."""
    answered: dict[str, Any] = json.loads(_said(place, *words))
    return answered


def _said(place: Place, *words: str, told: str | None = None) -> str:
    """What such a command prints, which is `told` something. Raises Failure when it fails; it has said why then."""
    finished = _query(place, *words, stdout=subprocess.PIPE, input=told)
    if finished.returncode:
        raise Failure(
            f"`pulumi {' '.join(words)} --stack {place.stack}` failed with exit code {finished.returncode}.",
            fix="What it says above is why.",
        )
    return finished.stdout


def _arguments(request: Request) -> list[str]:
    """What `pulumi` is told of a request."""
    changes = request.operation is not Operation.PREVIEW
    command: list[str] = [request.operation, "--stack", request.stack, f"--parallel={request.parallel}"]
    command += _given(
        {
            "--yes": changes and request.yes,
            "--skip-preview": changes and request.skip_preview,
            "--preview-only": changes and request.preview_only,
            "--non-interactive": not sys.stdin.isatty(),
            "--json": request.json,
            "--diff": request.diff,
            "--suppress-outputs": request.suppress_outputs,
            "--refresh": request.runs_program and request.refresh,
            "--expect-no-changes": request.expect_no_changes,
            "--continue-on-error": request.operation in {Operation.UP, Operation.DESTROY} and request.continue_on_error,
            "--target-dependents": request.target_dependents,
            "--exclude-dependents": request.exclude_dependents,
            "--exclude-protected": request.exclude_protected,
            "--ignore-protect": request.operation is not Operation.REFRESH and request.ignore_protect,
        }
    )
    if request.runs_program:
        for pack in request.policy_packs:
            command += ["--policy-pack", str(pack)]
        for config in request.policy_pack_configs:
            command += ["--policy-pack-config", str(config)]
    for flag, urns in {
        "--target": request.targets,
        "--exclude": request.excludes,
        "--replace": request.replaces,
    }.items():
        command += [word for urn in urns for word in (flag, urn)]
    return command


def _given(flags: Mapping[str, bool]) -> list[str]:
    return [flag for flag, given in flags.items() if given]


def _environment(workspace: Workspace, access: Access | None) -> dict[str, str]:
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


def _project_directory(workspace: Workspace, access: Access | None) -> Path:
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
