"""The plugin's process as Pulumi starts it, and a stack on a local account whose components that process constructs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2_grpc

from sandbox import engine

REPOSITORY = Path(__file__).parents[2]
ACCOUNT = "0123456789abcdef0123456789abcdef"

PROGRAM = '''
"""What Pulumi's engine does when a program in another language makes a component: it asks the plugin, which then
registers the children with the engine's own monitor."""

import os, sys
import grpc, pulumi
from google.protobuf.json_format import Parse
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc
from pulumi.runtime.rpc import deserialize_properties

def construct(parent):
    request = Parse(os.environ["REQUEST"], provider_pb2.ConstructRequest())
    request.parent, request.dryRun = parent, pulumi.runtime.is_dry_run()
    request.monitorEndpoint = sys.orig_argv[sys.orig_argv.index("--monitor") + 1]
    with grpc.insecure_channel(os.environ["PLUGIN"]) as channel:
        try:
            answer = provider_pb2_grpc.ResourceProviderStub(channel).Construct(request)
        except grpc.RpcError as error:  # what is wrong with the inputs is in the details behind the status
            raise pulumi.RunError(f"{error.details()} {error.trailing_metadata()}") from error
    return deserialize_properties(answer.state)

pulumi.export("component", pulumi.runtime.get_root_resource().urn.apply(construct))
'''


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[None]:
    with process:
        try:
            yield
        finally:
            process.terminate()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


class Engine(engine_pb2_grpc.EngineServicer):
    """Where a plugin logs."""

    def Log(self, request, context):  # noqa: N802 - the protocol's name
        return Empty()


@pytest.fixture(scope="session")
def engine_address() -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield address
    server.stop(None).wait()


@pytest.fixture(scope="session")
def plugin(engine_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the plugin: `python FOLDER ENGINE`, in another directory; the first line that it prints is its port."""
    elsewhere = tmp_path_factory.mktemp("plugin")
    command = [sys.executable, str(REPOSITORY / "plugin"), engine_address]
    with (elsewhere / "stderr").open("w") as errors:
        process = subprocess.Popen(command, cwd=elsewhere, stdout=subprocess.PIPE, stderr=errors, text=True)
    with ended(process):
        port = first_line(process)
        assert port.isdigit(), (elsewhere / "stderr").read_text()
        yield f"127.0.0.1:{port}"
    assert process.returncode in {0, -signal.SIGTERM}, (elsewhere / "stderr").read_text()


@pytest.fixture
def provider(plugin: str) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    with grpc.insecure_channel(plugin) as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)


class Stack:
    """A stack on the local account. `up` constructs one component in it."""

    def __init__(self, root: Path, environment: dict[str, str]) -> None:
        self.project = root / "project"
        self.project.mkdir()
        (self.project / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (self.project / "__main__.py").write_text(PROGRAM)
        self.state = root / "state"
        self.environment = environment
        self.events: list[dict] = []

    def up(self, component: str, name: str, *, exit_code: int = 0, **inputs: object) -> engine.Result:
        request = {"project": "shop", "stack": "dev", "type": f"headworks:index:{component}", "name": name}
        environment = {**self.environment, "REQUEST": json.dumps({**request, "inputs": inputs})}
        result = engine.up(self.options(environment), self.events.append)
        assert result.exit_code == exit_code, self.errors()
        return result

    def options(self, environment: dict[str, str]) -> engine.Options:
        return engine.Options(
            project=self.project, stack="dev", state=self.state, passphrase="a", environment=environment
        )

    def resources(self) -> dict[str, dict]:
        """The state's resources by name, without the stack's own and the providers."""
        resources = engine.export(self.options({}))["deployment"]["resources"]
        return {each["urn"].rpartition("::")[2]: each for each in resources if not each["type"].startswith("pulumi:")}

    def errors(self) -> str:
        found = [event["diagnosticEvent"] for event in self.events if "diagnosticEvent" in event]
        return "\n".join(each["message"] for each in found if each["severity"] == "error")


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """How to reach a local account. It is one for all tests here, so names in them differ."""
    folder = tmp_path_factory.mktemp("account")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLOUDFLARE_")}
    command = [sys.executable, "-m", "sandbox.account", "--directory", str(folder), "--account", f"{ACCOUNT}=test"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    with ended(process):
        address = first_line(process)
        assert address.startswith("http://127.0.0.1:"), (folder / "log").read_text()
        yield {"CLOUDFLARE_BASE_URL": address, "CLOUDFLARE_API_TOKEN": (folder / "token").read_text().strip()}


@pytest.fixture
def stack(tmp_path: Path, account: dict[str, str], plugin: str) -> Stack:
    return Stack(tmp_path, {**account, "PLUGIN": plugin})
