"""The one stand-in for the engine: it records every registration, with the options that Pulumi's own mocks hide."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pulumi
import pytest
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import mocks, rpc, set_all_config, settings
from pulumi.runtime.sync_await import _ensure_event_loop

from components.worker_environment import WorkerEnvironment
from headworks.facts import Fact, Facts, ScriptFacts
from headworks.model.environment import Environment
from headworks.model.files import load_environment
from tests.workspace import SYSTEMS

REPOSITORY = Path(__file__).parents[2]
ACCOUNT_ID = "0123456789abcdef0123456789abcdef"
ZONE_ID = "023e105f4ecef8ad9ca31a8372d0c353"


COMPUTED = {
    "pulumi-python:dynamic/headworks:D1Migrations": lambda inputs: {
        "applied": [file["name"] for file in inputs["files"]],
        "bookmark": f"bookmark-of-{inputs['database']}",
    },
    "cloudflare:index/pagesProject:PagesProject": lambda inputs: {"subdomain": f"{inputs['name']}.pages.dev"},
    "cloudflare:index/queue:Queue": lambda inputs: {"queueId": f"id-of-{inputs['queueName']}"},
    "cloudflare:index/d1Database:D1Database": lambda inputs: {"uuid": f"id-of-{inputs['name']}"},
    "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace": lambda inputs: {
        "namespaceName": inputs["name"]
    },
}
"""What the provider adds to the inputs."""


class Echo(mocks.Mocks):
    """Resources answer their own inputs and what the provider computes; a look-up that nobody expects fails the test."""

    def __init__(self) -> None:
        self.looked_up: list[Any] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        computed = COMPUTED.get(args.typ, lambda _: {})(args.inputs)
        return f"id-of-{args.name}", {**args.inputs, **computed}

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:
        assert args.token == "cloudflare:index/getZone:getZone", f"nobody expects the look-up {args.token}"
        self.looked_up.append(args.args)
        return {"id": ZONE_ID, "zoneId": ZONE_ID, "name": args.args["filter"]["name"]}


class Recorder(mocks.MockMonitor):
    """Every registration by logical name. Names are unique in a stack by the naming rule, and this insists on it."""

    def __init__(self) -> None:
        super().__init__(Echo())
        self.requests: dict[str, Any] = {}
        self.outputs: dict[str, Struct] = {}
        """By URN."""
        self.loops: set[asyncio.AbstractEventLoop] = set()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The engine's: the types of all parents but the stack's, and the name."""
        parents = parent.split("::")[2] if parent else ""
        qualified = type_ if parents in {"", "pulumi:pulumi:Stack"} else f"{parents}${type_}"
        return f"urn:pulumi:{pulumi.get_stack()}::{pulumi.get_project()}::{qualified}::{name}"

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the name of the call
        self.loops.add(_ensure_event_loop())
        return super().Invoke(request)

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name of the call
        assert request.name not in self.requests, f"two resources are named {request.name}"
        self.requests[request.name] = request
        self.loops.add(_ensure_event_loop())
        return super().RegisterResource(request)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name of the call
        self.outputs[request.urn] = request.outputs
        return super().RegisterResourceOutputs(request)

    @property
    def names(self) -> set[str]:
        """Logical names of everything but the stack itself."""
        return {name for name, request in self.requests.items() if request.type != "pulumi:pulumi:Stack"}

    def inputs(self, name: str) -> dict[str, Any]:
        return dict(rpc.deserialize_properties(self.requests[name].object))

    def parent(self, name: str) -> str:
        return self.requests[name].parent.split("::")[-1]

    def dependencies(self, name: str) -> set[str]:
        """Logical names of what must exist before the resource, and be there until it is gone."""
        return {urn.split("::")[-1] for urn in self.requests[name].dependencies}

    def of_type(self, token: str) -> set[str]:
        return {name for name, request in self.requests.items() if request.type == token}


@pytest.fixture(scope="session")
def account_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A local account in its own process: what to put into the environment to reach it."""
    directory = tmp_path_factory.mktemp("account")
    command = [
        sys.executable,
        "-m",
        "sandbox.account",
        "--directory",
        str(directory),
        "--account",
        f"{ACCOUNT_ID}=Test",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        yield {"CLOUDFLARE_BASE_URL": address, "CLOUDFLARE_API_TOKEN": (directory / "token").read_text().strip()}
        process.terminate()


@pytest.fixture
def account(account_process: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    """The local account, reachable by the program, and a client at `/accounts/<id>` to look into it."""
    for name, value in account_process.items():
        monkeypatch.setenv(name, value)
    headers = {"Authorization": f"Bearer {account_process['CLOUDFLARE_API_TOKEN']}"}
    address = f"{account_process['CLOUDFLARE_BASE_URL']}/accounts/{ACCOUNT_ID}"
    with httpx.Client(base_url=address, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def stack_name() -> str:
    """The stack that a program runs in; a test may say another one."""
    return "production"


@pytest.fixture
def recorder(stack_name: str) -> Iterator[Recorder]:
    """A new engine for each test, with an event loop of its own."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    set_all_config({})
    settings.reset_options()
    monitor = Recorder()
    pulumi.runtime.set_mocks(monitor.mocks, project="rockhounding-api", stack=stack_name, monitor=monitor)
    yield monitor
    settings.reset_options()
    loop.run_until_complete(loop.shutdown_default_executor())
    for each in {loop, *monitor.loops}:  # Pulumi's mocks open one in each of their threads, and leave it open
        each.close()
    asyncio.set_event_loop(None)


Build = Callable[[Callable[[], Any]], Recorder]


@pytest.fixture
def build(recorder: Recorder) -> Build:
    """Run a program to its end, all registrations landed, so that absence can be asserted."""

    def run(program: Callable[[], Any]) -> Recorder:
        pulumi.runtime.test(lambda: (program(), None)[1])()
        return recorder

    return run


def facts_of(environment: Environment, **others: Fact[Any]) -> Facts:
    """An account in which nothing is deployed but the secrets, unless it is said otherwise: of all Workers, or the account."""
    account = others.pop("account", Fact(environment.account_id))
    nothing: dict[str, Fact[Any]] = {"migration_tag": Fact(""), "annotation": Fact("")}
    scripts = {
        each.worker.name: ScriptFacts(**{"secrets": Fact(tuple(sorted(each.secrets)))} | nothing | others)
        for each in environment.workers
    }
    return Facts(account=account, scripts=scripts)


def unread_facts(environment: Environment) -> Facts:
    """What is known without a token."""
    unread: Fact[Any] = Fact(reason="CLOUDFLARE_API_TOKEN is not set")
    return facts_of(environment, account=unread, secrets=unread, migration_tag=unread, annotation=unread)


@pytest.fixture
def environment_facts() -> Callable[..., Facts]:
    return facts_of


@pytest.fixture
def nothing_read() -> Callable[[Environment], Facts]:
    return unread_facts


@pytest.fixture
def rockhounding() -> Callable[[str], Environment]:
    """The resolved environment of a stack of the Rockhounding API."""
    return lambda stack: load_environment(REPOSITORY, stack)


@pytest.fixture
def systems() -> Callable[[str, str], Environment]:
    """The resolved environment of a stack of any system."""

    def load(system: str, stack: str) -> Environment:
        return load_environment(SYSTEMS[system], stack)

    return load


@pytest.fixture
def deployed(build: Build) -> Callable[..., Recorder]:
    """All registrations of an environment, with the outputs that the program exports."""

    def run(environment: Environment, facts: Facts | None = None, **more: Any) -> Recorder:
        def program() -> None:
            args = {"environment": environment, "facts": facts or facts_of(environment), "directory": REPOSITORY} | more
            for concern, document in WorkerEnvironment(environment.system, args).outputs.items():
                pulumi.export(concern, document)

        return build(program)

    return run
