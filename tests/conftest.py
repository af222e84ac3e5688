"""Fixtures for more than one folder.

`policy_pack`: the pack in its own process, asked as Pulumi's engine asks it. `node`: the one that the
tests run on. `node_tool`: wrangler itself; `node_modules`: where it lies.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import settings
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

REPOSITORY = Path(__file__).parent.parent
# The same examples for everyone: what a change is judged by must not differ from run to run. `make explore` looks further.
settings.register_profile("repeatable", deadline=None, derandomize=True)  # timings belong in bench/
settings.register_profile("explore", deadline=None, max_examples=3000)
settings.load_profile("repeatable")

LEVELS = {"advisory": 0, "mandatory": 1, "disabled": 2, "remediate": 3}
"""Pulumi's enforcement levels, as the protocol numbers them."""


@dataclass(frozen=True)
class PackResource:
    """A resource as a pack is shown it.

    For `analyze` the properties are the inputs; for `analyze_stack` they must be the outputs, which the provider makes
    of the inputs, and for a component are exactly what it gave to `register_outputs`.
    """

    type: str
    name: str
    properties: Mapping[str, Any] | Struct
    parent: str = ""
    """URN."""
    protect: bool = False
    property_dependencies: Mapping[str, list[str]] = field(default_factory=dict)
    """URNs by property."""
    stack: str = "production"
    project: str = "rockhounding-api"
    given_urn: str = ""

    @property
    def urn(self) -> str:
        """The engine's: the types of all parents but the stack's, and the name."""
        parents = self.parent.split("::")[2] if self.parent else ""
        qualified_type = self.type if parents in {"", "pulumi:pulumi:Stack"} else f"{parents}${self.type}"
        return self.given_urn or f"urn:pulumi:{self.stack}::{self.project}::{qualified_type}::{self.name}"

    @property
    def struct(self) -> Struct:
        if isinstance(self.properties, Struct):
            return self.properties
        struct = Struct()
        struct.update(self.properties)
        return struct


@dataclass(frozen=True)
class Finding:
    """What a pack reports: a violation, or the note that a preview could not judge."""

    policy: str
    level: str
    message: str
    urn: str
    severity: int


class PolicyPack:
    """A pack's process, driven as the engine drives it: GetAnalyzerInfo, Configure, Analyze per resource, AnalyzeStack."""

    UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    """What the engine sends for a value that a preview does not know."""

    Resource = PackResource

    def __init__(self, directory: Path, errors: Path) -> None:
        settings = {
            "PULUMI_PROJECT": "rockhounding-api",
            "PULUMI_STACK": "production",
            "PULUMI_ORGANIZATION": "organization",
        }
        with errors.open("wb") as stderr:
            # Nobody listens at port 1: a pack has no need of the engine's address.
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(directory)],
                cwd=directory,
                env=os.environ | settings | {"PULUMI_DRY_RUN": "true"},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert self._process.stdout
        self.first_line = self._process.stdout.readline()
        assert self.first_line.strip().isdigit(), errors.read_text()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{int(self.first_line)}")
        self._stub = analyzer_pb2_grpc.AnalyzerStub(self._channel)

    def info(self) -> Any:
        """AnalyzerInfo: the pack's name and its policies."""
        return self._stub.GetAnalyzerInfo(analyzer_pb2.google_dot_protobuf_dot_empty__pb2.Empty())

    def configure(self, config: Mapping[str, str | Mapping[str, Any]] | None = None) -> None:
        """As `--policy-pack-config`: policy → level, or → properties and `enforcementLevel`. Defaults are filled in."""
        given = dict(config or {})
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for policy in self.info().policies:
            wanted = given.pop(policy.name, {})
            wanted = {"enforcementLevel": wanted} if isinstance(wanted, str) else dict(wanted)
            level = wanted.pop("enforcementLevel", None)
            entry = request.policyConfig[policy.name]
            entry.enforcementLevel = policy.enforcementLevel if level is None else LEVELS[level]
            schema = policy.configSchema.properties
            entry.properties.update(
                {key: schema[key]["default"] for key in schema if "default" in schema[key]} | wanted
            )
        assert not given, f"the pack has no policy {', '.join(given)}"
        self._stub.Configure(request)

    def analyze(self, resource: PackResource) -> list[Finding]:
        """Judge one registration by its inputs."""
        findings = _findings(self._stub.Analyze(_request(analyzer_pb2.AnalyzeRequest, resource)))
        return [replace(finding, urn=resource.urn) for finding in findings]

    def analyze_stack(self, resources: Iterable[PackResource]) -> list[Finding]:
        """Judge the graph by its outputs."""
        request = analyzer_pb2.AnalyzeStackRequest()
        for resource in resources:
            entry = _request(analyzer_pb2.AnalyzerResource, resource)
            entry.parent = resource.parent
            for key, urns in resource.property_dependencies.items():
                entry.propertyDependencies[key].urns.extend(urns)
                entry.dependencies.extend(urns)
            request.resources.append(entry)
        return _findings(self._stub.AnalyzeStack(request))

    def analyze_registrations(
        self, registrations: Iterable[Any], outputs: Mapping[str, Struct], stack: str = "production"
    ) -> list[Finding]:
        """Judge a recorded program as a preview would: each RegisterResourceRequest, then the graph.

        `outputs` holds what RegisterResourceOutputs said, by URN. The URNs are those the program was told.
        """
        seen = [replace(_registered(registration), stack=stack) for registration in registrations]
        findings = [finding for resource in seen for finding in self.analyze(resource)]
        return findings + self.analyze_stack(replace(r, properties=outputs.get(r.urn, r.properties)) for r in seen)

    def stop(self) -> str:
        """End the process; what it printed after its port."""
        self._channel.close()
        self._process.terminate()
        rest, _ = self._process.communicate()
        return rest

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _request(message: Any, resource: PackResource) -> Any:
    options = analyzer_pb2.AnalyzerResourceOptions(protect=resource.protect, parent=resource.parent)
    return message(
        type=resource.type, name=resource.name, urn=resource.urn, properties=resource.struct, options=options
    )


def _registered(registration: Any) -> PackResource:
    resource = PackResource(registration.type, registration.name, registration.object, registration.parent)
    dependencies = {key: list(of.urns) for key, of in registration.propertyDependencies.items()}
    return replace(resource, protect=registration.protect, property_dependencies=dependencies)


def _findings(response: Any) -> list[Finding]:
    names = {number: level for level, number in LEVELS.items()}
    return [
        Finding(found.policyName, names[found.enforcementLevel], found.message, found.urn, found.severity)
        for found in response.diagnostics
    ]


@pytest.fixture(scope="session")
def policy_pack_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PolicyPack]:
    with PolicyPack(REPOSITORY / "policies", tmp_path_factory.mktemp("policies") / "stderr") as pack:
        yield pack


@pytest.fixture
def policy_pack(policy_pack_process: PolicyPack) -> PolicyPack:
    """This project's pack in its own process (one for the whole run), with its default configuration."""
    policy_pack_process.configure()
    return policy_pack_process


NODE_TOOLS = {"wrangler": "wrangler/bin/wrangler.js", "tsc": "typescript/bin/tsc"}


@pytest.fixture(scope="session")
def node() -> str:
    """The Node.js that `make tools` puts into the virtual environment, whatever is on PATH."""
    pinned = Path(sys.executable).parent / "node"
    if not pinned.exists():
        pytest.skip("not verified under node: `make test` installs it")
    return str(pinned)


@pytest.fixture(scope="session")
def node_modules(node: str) -> Path:
    """What node/package-lock.json pins; it runs on `node`."""
    modules = REPOSITORY / "node" / "node_modules"
    if not modules.exists():
        pytest.skip("not verified by wrangler itself: `make test` installs it")
    return modules


@pytest.fixture(scope="session")
def node_tool(
    node: str, node_modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs `wrangler` or `tsc`, pinned by node/package-lock.json, in a folder: `node_tool("wrangler", "deploy", cwd=…, NAME=…)`.

    With a home of its own, and nothing in its environment but what is said.
    """
    home = tmp_path_factory.mktemp("home")
    settings = {"CI": "true", "NO_COLOR": "1", "WRANGLER_SEND_METRICS": "false", "WRANGLER_HIDE_BANNER": "true"}

    def run(tool: str, *words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [node, str(node_modules / NODE_TOOLS[tool]), *words],
            cwd=cwd,
            env={"PATH": "/usr/bin:/bin", "HOME": str(home), **settings, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def pytest_collection_finish() -> None:
    """What was imported stays until the end: the garbage collector need not look at it again and again."""
    gc.collect()
    gc.freeze()
