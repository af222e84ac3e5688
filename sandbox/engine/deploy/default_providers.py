"""Default providers: one per package (and version), registered when a resource first needs it."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable

from sandbox.engine.deploy.builtin import BUILTIN
from sandbox.engine.deploy.registration import Registered, Registration
from sandbox.engine.deploy.registry import INTERNAL
from sandbox.engine.errors import EngineError
from sandbox.engine.plugin import plugins
from sandbox.engine.resource import urns
from sandbox.engine.resource.goal import Goal
from sandbox.engine.resource.values import Properties, Secret
from sandbox.engine.workspace.configuration import Configuration

DENIED = "denied::"
"""Begins the reference of a default provider that the configuration rules out."""
DISABLED = "pulumi:disable-default-providers"
"""Configuration key: a list of packages, or of `*`."""
_VERSION = re.compile(r"\d+\.\d+\.\d+(-[\w.-]+)?(\+[\w.-]+)?", re.ASCII)


class DefaultProviders:
    def __init__(self, configuration: Configuration, register: Callable[[Registration], Awaitable[Registered]]) -> None:
        self._configuration = configuration
        self._register = register
        self._registered: dict[tuple[str, str, str], asyncio.Task[str]] = {}
        self._disabled = {str(name).strip() for name in json.loads(configuration.values.get(DISABLED) or "[]")}

    async def reference(self, package: str, version: str, url: str) -> str:
        """`URN::ID` of the provider; whoever asks first registers it, the others wait."""
        if package != BUILTIN and not {"*", package}.isdisjoint(self._disabled):
            return f"{DENIED}{package}"
        key = (package, version, url)
        if key not in self._registered:
            self._registered[key] = asyncio.create_task(self._create(*key))
        return await asyncio.shield(self._registered[key])

    async def _create(self, package: str, version: str, url: str) -> str:
        inputs = self._inputs(package) | plugin_inputs(version, url)
        goal = Goal(type=f"{urns.PROVIDER_PREFIX}{package}", name=_name(version, url), custom=True, inputs=inputs)
        answer = await self._register(Registration(goal))
        return urns.reference(answer.state.urn, answer.state.id)

    def _inputs(self, package: str) -> Properties:
        """A package's configuration; dynamic providers, which have no namespace of their own, get all of it."""
        prefix = "" if package == plugins.DYNAMIC else f"{package}:"
        return {
            key.removeprefix(prefix): Secret(value) if key in self._configuration.secret_keys else value
            for key, value in self._configuration.values.items()
            if key.startswith(prefix)
        }


def plugin_inputs(version: str, url: str) -> Properties:
    """What a provider's inputs say of the plugin that is wanted, as far as the program does."""
    if version and not _VERSION.fullmatch(version):
        raise EngineError(f"{version!r} is not a version of a provider; give it as MAJOR.MINOR.PATCH")
    inputs: Properties = {"version": version} if version else {}
    if version or url:
        inputs[INTERNAL] = {"pluginDownloadURL": url} if url else {}
    return inputs


def _name(version: str, url: str) -> str:
    """One per version and address, so that a state may hold several."""
    parts = ["default"]
    if version:
        parts.append(re.sub(r"[.+-]", "_", version))
    if url:
        parts.append("/".join(re.sub(r"^[^\w.]|[^\w.-]", "_", part, flags=re.ASCII) for part in url.split("/") if part))
    return "_".join(parts)
