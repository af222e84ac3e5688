"""The proof by wrangler itself: it accepts every rendered file without a word, and its types are ours."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.workspace import ROOT, SYSTEMS

RUNTIME = ROOT / "node/node_modules/@cloudflare/workers-types/index.d.ts"
OUTPUTS = Path(__file__).with_name("outputs")
WORKERS = {
    system: ["", *json.loads((OUTPUTS / system / "production.json").read_text()).get("companions", {})]
    for system in SYSTEMS
}
STACKS = ["development", "staging", "production"]
EACH = [(system, stack, key) for system, keys in WORKERS.items() for stack in STACKS for key in keys]


@pytest.fixture(scope="module")
def app(golden, tmp_path_factory):
    """A checkout of the apps with the files of one stack rendered into it; where they lie."""
    made = {}

    def folder(system: str, stack: str) -> Path:
        if (system, stack) not in made:
            checkout = tmp_path_factory.mktemp(f"{system}-{stack}")
            shutil.copytree(ROOT / "apps", checkout / "apps")
            made[system, stack] = checkout / (golden.APPS[system] / stack if system in golden.APPS else "")
            for path, text in golden.rendered(system, stack).items():
                file = made[system, stack] / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
        return made[system, stack]

    return folder


@pytest.mark.parametrize(("system", "stack", "key"), EACH)
def test_wrangler_would_deploy_it_with_every_binding(node_tool, golden, app, tmp_path, system, stack, key):
    ended = node_tool("wrangler", "deploy", "--dry-run", "--outdir", str(tmp_path), cwd=app(system, stack) / key)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "WARNING" not in ended.stdout
    bindings = golden.recorded(system, stack).workers[key].bindings
    assert set(re.findall(r"^env\.(\w+) ", ended.stdout, re.MULTILINE)) == {
        each.name for each in bindings if each.type != "secret"
    }


def members(declarations: str, interface: str) -> dict[str, set[str]]:
    """What stands between the braces of an interface: name to the parts of its type."""
    found = re.search(rf"interface {interface} \{{\n(.*?)^\t?\}}", declarations, re.MULTILINE | re.DOTALL)
    lines = [line.strip().rstrip(";").partition(": ") for line in found[1].splitlines()] if found else []
    return {name: set(types.split(" | ")) for name, _, types in lines}


def type_check(node_tool, folder: Path) -> list[str]:
    """What tsc says of both declarations in one program: where they say different things, they cannot both be the global Env."""
    options = {"strict": True, "noEmit": True, "allowJs": True, "target": "esnext", "module": "esnext", "types": []}
    options |= {"moduleResolution": "bundler", "lib": ["esnext"]}
    files = [str(RUNTIME), "worker-configuration.d.ts", "wranglers.d.ts"]
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": options, "files": files}))
    said = node_tool("tsc", "--project", ".", cwd=folder).stdout.splitlines()
    return [
        line for line in said if ".d.ts" in line or line.startswith("error")
    ]  # the apps' code is judged by the apps


@pytest.mark.parametrize(("system", "key"), [(system, key) for system, keys in WORKERS.items() for key in keys])
def test_wranglers_types_are_ours(node_tool, app, system, key):
    folders = {
        (app(system, stack) / key / "worker-configuration.d.ts").read_text(): app(system, stack) / key
        for stack in STACKS
    }
    words = ["types", "wranglers.d.ts", "--include-runtime=false", "--strict-vars=false"]
    for ours, folder in folders.items():
        ended = node_tool("wrangler", *words, cwd=folder)
        assert ended.returncode == 0, ended.stderr
        theirs = (folder / "wranglers.d.ts").read_text()
        assert members(theirs, "__BaseEnv_Env") == members(ours, "Env")
        assert members(theirs, "GlobalProps") == members(ours, "GlobalProps")
        assert type_check(node_tool, folder) == []
        if bound := next(iter(members(ours, "Env")), None):
            other = re.sub(rf"\b{bound}: .*;", f"{bound}: symbol;", ours)
            (folder / "worker-configuration.d.ts").write_text(other)
            assert any("worker-configuration.d.ts" in line for line in type_check(node_tool, folder))
