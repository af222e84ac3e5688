"""Each system, in each of its environments, through its whole life on a local account."""

import json
import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from ruamel.yaml import YAML

from headworks.account import Access
from headworks.checks import bundle, github, machine, repository, staging
from headworks.checks.check import Context
from headworks.checks.names import PlannedResource, taken
from headworks.checks.registry import CHECKS
from headworks.facts.account import AccountReader
from headworks.failure import Failure
from headworks.model.environment import Environment
from headworks.model.files import ENVIRONMENT, load_environment
from headworks.model.merge import merge
from headworks.model.stack_files import stacks_of
from headworks.outputs.reading import read_text
from headworks.render import CONFIGURATION, Rendering, render
from headworks.render.previews import identity, previews_of
from headworks.runbooks.graph import Resource, missing, resources_of
from headworks.runbooks.lines import Check, ResourceProperty
from headworks.runbooks.reading import load_runbook
from headworks.secrets import declared_names
from headworks.token.least import least_of
from headworks.token.parts import RESOURCES
from headworks.workspace import open_workspace
from headworks.wrangler import emit, parse
from sandbox.account.endpoints import ENDPOINTS
from sandbox.account.permissions import groups, opening
from sandbox.account.router import Router
from sandbox.account.server import PREFIX
from sandbox.engine import Options, preview
from sandbox.engine.display.json_output import Digest
from tests.workspace import ROOT, SYSTEMS

PERMITS = "token-permits-the-stack"
ROUTER = Router(ENDPOINTS)
ADVICE = {"alerts-must-have-a-mechanism"}
"""What the pack remarks on: alerts of the runbooks that Cloudflare cannot watch, such as R70's, are stated all the same."""
CHECKS_OF_OTHER_PLACES = (
    *(check.id for module in (bundle, github, machine, repository, staging) for check in module.CHECKS),
)
"""What they look at is no account: a repository, a machine, a build, and how long staging has run."""
MADE_BY_OTHERS = {
    "triggers-api": {
        "logs-are-kept",
        "worker-is-deployed",
        "queue-consumers-are-attached",
        "workflows-exist",
        "routes-are-live",
    },
    "dotdo": {"namespace-holds-the-catalogue"},
}
"""What no stack makes, so that it is missing here: wrangler deploys TriggersAPI, and dotdo's deploy service its services."""
RUNBOOKS = {name: load_runbook(ROOT / f"runbooks/{name}.yaml") for name in SYSTEMS}


@dataclass
class LivingSystem:
    """A system with all its environments up on an account of its own."""

    name: str
    checkout: Any
    graphs: dict[str, tuple[Resource, ...]] = field(default_factory=dict)
    """What each stack's state holds."""
    exports: dict[str, str] = field(default_factory=dict)
    """The states themselves, as they were exported."""

    @property
    def directory(self) -> Path:
        return SYSTEMS[self.name]

    @property
    def stacks(self) -> list[str]:
        return list(stacks_of(self.directory))

    def run(self, *words: str, directory: Path | None = None, exit_code: int = 0) -> str:
        return self.checkout.run(*words, "--system", str(directory or self.directory), exit_code=exit_code)

    def bring_up(self, stack: str) -> None:
        environment = load_environment(self.directory, stack)
        with self.checkout.narrowed(environment, "up"):
            self._bring_up(stack, environment)

    def _bring_up(self, stack: str, environment: Environment) -> None:
        if names := declared_names(environment):
            file = self.checkout.home.parent / f"{stack}.vars"
            file.write_text("".join(f"{name}=planted-{name.lower()}-5d2e8c17\n" for name in names))
            self.run("secrets", "put", stack, "--from-file", str(file))
        for hyperdrive in environment.hyperdrives:
            self.checkout.variables[hyperdrive.password_variable] = "planted-password-5d2e8c17"
        # The policies are asked in a preview and in an update alike: what they say of the others, they say in the update.
        previewing = environment.production
        told = self.run("up", stack, "--yes", *([] if previewing else ["--skip-preview"]))
        assert told.startswith(f"{'Previewing update' if previewing else 'Updating'} ({stack})"), told
        assert re.search("[✅⚠].* headworks@", told), told
        assert "[mandatory]" not in told, told
        remarks = re.findall(r"\[advisory\] (?:\[severity: \w+\] )?\s*([a-z0-9-]+)", told)
        assert set(remarks) <= ADVICE, told
        self.exports[stack] = self.run("export", stack)
        state = json.loads(self.exports[stack])
        self.graphs[stack] = resources_of(state["deployment"]["resources"])

    def graph_with(self, stack: str, given: dict[str, Any], directory: Path) -> tuple[Resource, ...]:
        """What a preview says of the stack if its environment had `given`, too; the files of it go into `directory`.

        Without the policies: a database that is switched on has no schema yet, and they would be right to refuse it.
        """
        yaml = YAML(typ="safe")
        for file in self.directory.glob("Pulumi*.yaml"):
            content = yaml.load(file)
            if file.name == "Pulumi.yaml":
                content["main"] = os.path.relpath(ROOT, directory)
            if file.name == f"Pulumi.{stack}.yaml":
                content["config"][ENVIRONMENT] = merge(content["config"][ENVIRONMENT], given)
            yaml.dump(content, directory / file.name)
        access = Access(str(self.checkout.client.base_url).rstrip("/"), self.checkout.client.api_token, local=True)
        options = Options(
            project=directory,
            stack=stack,
            state=directory / "state",
            passphrase="a preview keeps nothing",
            environment=access.environment | self.checkout.variables,
        )
        digest = Digest()
        assert preview(options, digest).exit_code == 0, digest.document()["diagnostics"]
        return resources_of(step["newState"] for step in digest.document()["steps"] if "newState" in step)


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request, make_checkout) -> LivingSystem:
    living = LivingSystem(request.param, make_checkout())
    for stack in living.stacks:
        living.bring_up(stack)
    return living


def test_a_refresh_changes_nothing_nor_does_the_up_after_it(system):
    for stack in system.stacks:
        environment = load_environment(system.directory, stack)
        with system.checkout.narrowed(environment, "preview"):
            if not environment.production:
                system.run("preview", stack, "--refresh", "--expect-no-changes")
                continue
            system.run("refresh", stack, "--yes", "--skip-preview", "--expect-no-changes")
        system.run("up", stack, "--yes", "--skip-preview", "--expect-no-changes")


def test_the_parts_of_an_environment_are_the_types_that_its_stack_registers(system):
    """What `headworks token` asks permissions for."""
    for stack in system.stacks:
        environment = load_environment(system.directory, stack)
        known = {type_ for type_, zones in RESOURCES.items() if list(zones(environment))}
        types = {each.type for each in system.graphs[stack]}
        made = {each.rpartition(":")[2] for each in types if each.startswith(("cloudflare:", "pulumi-python:"))}
        assert known == made - {"PhysicalNames"}, "which asks nobody"


def test_every_line_of_infrastructure_is_held_by_a_property_of_what_was_made(system, tmp_path):
    unheld = []
    previewed: dict[str, tuple[Resource, ...]] = {}
    for line in RUNBOOKS[system.name].lines:
        for number, holder in enumerate(line.held_by):
            if not isinstance(holder, ResourceProperty):
                continue
            for stack in holder.stacks:
                graph = system.graphs[stack]
                if holder.given:
                    switched = f"{stack} {json.dumps(holder.given)}"
                    if switched not in previewed:
                        directory = tmp_path / f"{line.id}-{number}-{stack}"
                        directory.mkdir()
                        previewed[switched] = system.graph_with(stack, holder.given, directory)
                    graph = previewed[switched]
                unheld += [f"{line.id} in {stack}: {value!r}" for value in missing(holder, graph)]
    assert not unheld, "\n".join(unheld)


def test_readiness_accounts_for_every_line_of_a_deployed_production(system):
    """What a machine can see here stands. What it cannot see is said to be missing or not verified, never to be well."""
    document = json.loads(system.run("readiness", "production", "--json", exit_code=1))
    lines = {line["id"]: line for line in document["lines"]}
    assert list(lines) == [line.id for line in RUNBOOKS[system.name].lines]
    asked = [line for line in lines.values() if line["state"] != "not asked"]
    assert all(line["holders"] or line["when"] == "incident" for line in asked)
    elsewhere = ("attestation ", "probe ", *(f"check {check}" for check in CHECKS_OF_OTHER_PLACES))
    open_here = {
        (holder["by"], f"{line['id']}: {holder['says']}")
        for line in asked
        for holder in line["holders"]
        if holder["state"] in {"missing", "not verified"} and not holder["by"].startswith(elsewhere)
    }
    others = MADE_BY_OTHERS.get(system.name, frozenset())
    assert {by.removeprefix("check ") for by, _ in open_here} == others, "\n".join(
        f"{by} {says}" for by, says in open_here
    )


def test_the_app_gets_a_configuration_for_each_environment_without_loss(system):
    for stack, state in system.exports.items():
        rendered = render(Rendering(outputs=read_text(state, stack, stack)))
        configurations = {path: text for path, text in rendered.items() if path.name == CONFIGURATION}
        assert len(configurations) == len(load_environment(system.directory, stack).workers)
        for path, text in configurations.items():
            assert emit(parse(text, f"{stack}/{path}")) == text


def test_the_command_renders_what_the_stacks_state_says_and_finds_it_current(system, tmp_path):
    system.run("render", "production", "--to", str(tmp_path))
    rendered = render(Rendering(outputs=read_text(system.exports["production"], "the state", "production")))
    assert {Path(path): text for path, text in rendered.items()} == {
        file.relative_to(tmp_path): file.read_text() for file in tmp_path.rglob("*") if file.is_file()
    }
    system.run("render", "production", "--to", str(tmp_path), "--check")


def test_production_previews_on_another_environment_and_never_the_other_way_round(system):
    outputs = {stack: read_text(state, stack, stack) for stack, state in system.exports.items()}
    production = outputs.pop("production")
    bound = [(key, each) for key, worker in production.workers.items() for each in worker.bindings]
    own = {(key, each.name): identity(each) for key, each in bound if identity(each)}
    for other in outputs.values():
        lent = previews_of(production, other)
        assert lent.keys() == own.keys()
        assert not set(lent.values()) & set(own.values())
        with pytest.raises(Failure, match="is production"):
            previews_of(other, production)


def test_the_checks_see_all_that_they_look_at_with_a_token_that_only_reads(system):
    """What any line of the runbook asks of the account, in all stacks: tomorrow it may ask there."""
    asked = {
        holder.check: holder.arguments
        for line in RUNBOOKS[system.name].lines
        for holder in line.held_by
        if isinstance(holder, Check) and holder.check not in CHECKS_OF_OTHER_PLACES
    }
    for stack in system.stacks:
        environment = load_environment(system.directory, stack)
        planned = [PlannedResource("", each.type, each.properties) for each in system.graphs[stack]]
        reading = system.checkout.narrowed(environment, "preview")
        with reading as access, AccountReader(access, environment.account_id) as reader:
            context = Context(
                workspace=open_workspace(system.directory),
                environment=environment,
                account=reader,
                now=datetime.now(UTC),
            )
            findings = {
                id_: CHECKS[id_].look(context, CHECKS[id_].arguments.model_validate(arguments))
                for id_, arguments in (asked | {PERMITS: {}}).items()
            }
            names = [name.finding for name in taken(reader, planned)]
        assert [each.says for each in (*findings.values(), *names) if "cannot be read" in each.says] == []
        assert "Workers Scripts Write on account" in findings[PERMITS].says


def test_destroy_takes_what_the_stack_made_and_leaves_what_holds_data_in_production(system):
    for stack in system.stacks:
        environment = load_environment(system.directory, stack)
        protected = ["--ignore-protect"] if environment.production else []
        with system.checkout.narrowed(environment, "up"):
            system.run("destroy", stack, "--yes", "--skip-preview", *protected)
        assert "resources" not in json.loads(system.run("export", stack))["deployment"]


def test_a_token_needs_the_permissions_that_are_listed_and_each_of_them(system):
    zones = {zone.id: zone.name for zone in system.checkout.client.zones.list()}
    for stack in system.stacks:
        least = least_of(load_environment(system.directory, stack))
        listed = {(each.group.name, each.place.zone) for each in least.up}
        needs = {
            need for request in system.checkout.asked[system.name, stack] if (need := permissions_for(*request, zones))
        }
        assert [need for need in needs if not need & listed] == []
        superfluous = [each for each in listed if not any(need & listed == {each} for need in needs)]
        assert superfluous == []


def permissions_for(method: str, path: str, query: str, zones: dict[str, str]) -> frozenset[tuple[str, str]]:
    """Each permission that would do for a request: group, and name of the zone if it is granted on one."""
    endpoint, parameters = ROUTER.find(method, path.removeprefix(PREFIX))
    ids = opening(method, endpoint.path)
    found = set()
    for group in (groups()[identifier] for identifier in ids):
        if group["scopes"] == ["com.cloudflare.api.account"]:
            found.add((group["name"], ""))
        elif group["scopes"] == ["com.cloudflare.api.account.zone"] and "account_id" not in parameters:
            # A zone is asked for by its id, or looked for by its name.
            zone = zones[parameters["zone_id"]] if "zone_id" in parameters else dict(parse_qsl(query))["name"]
            found.add((group["name"], zone))
    return frozenset(found)


LINES_OF_INFRASTRUCTURE = {
    "rockhounding-api": "R1 R2 R3 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15 R17 R18 R19 R20 R21 R22 R23 R27 R29 R30 R31 R56 "
    "R70 R75 R76 R86 R87 R90",
    "triggers-api": "T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11 T12 T13 T14 T15 T16 T18 T19 T20 T21 T23 T31 T32 T34 T46 T48 T52 "
    "T53 T54 T55 T64 T66 T80 T81 T82 T83 T85 T86 T89 T91 T99 T106 T109 T110 T115 T116 T121 T123 T131 T132 T133",
    "parquedb": "P3 P8 P9 P10 P11 P13 P14 P15 P16 P17 P18 P20 P21 P28 P29 P30 P31 P32 P33 P34 P35 P38 P39 P40 P42 P43 P62",
    "dotdo": "D1 D2 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D16 D17 D18 D19 D38",
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_line_of_infrastructure_has_a_holder_or_a_reason(name):
    lines = {line.id: line for line in RUNBOOKS[name].lines if "I" in line.kinds}
    assert list(lines) == LINES_OF_INFRASTRUCTURE[name].split()
    assert [line.id for line in lines.values() if not line.held_by] == []
