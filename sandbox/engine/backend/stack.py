"""A stack on disk: its files, its state, its secrets; and what can be asked of it while nothing runs."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sandbox.engine.backend.checkpoint import (
    Checkpoint,
    envelope,
    from_envelope,
    manifest,
    reencrypted,
    with_plaintext,
)
from sandbox.engine.backend.journal import Document
from sandbox.engine.backend.lock import Owner
from sandbox.engine.backend.secrets import PassphraseManager
from sandbox.engine.errors import EngineError
from sandbox.engine.options import Options
from sandbox.engine.resource import urns
from sandbox.engine.resource.state import ResourceState
from sandbox.engine.resource.values import Properties, hidden, masked, plain
from sandbox.engine.workspace.configuration import Configuration, StackSettings, configuration, load_stack
from sandbox.engine.workspace.project import Project, load_project

VERSION = "v3.260.0"
"""The release of Pulumi whose state this engine writes."""


class Stack:
    def __init__(self, options: Options) -> None:
        self.project: Project = load_project(options.project)
        self.options = replace(options, refresh=options.refresh or self.project.refresh)
        self.settings: StackSettings = load_stack(self.project, options.stack)
        self.checkpoint = Checkpoint(options.state / self.project.name / f"{options.stack}.json")

    def secrets(self, document: Document | None) -> PassphraseManager:
        """Under the salt of the stack's file, else that of the state, else a new one."""
        salt = self.settings.salt or _salt(document)
        if not salt:
            return PassphraseManager.create(self.options.passphrase)
        return PassphraseManager(self.options.passphrase, salt)

    def decrypt(self, document: Document | None, secrets: PassphraseManager) -> Callable[[str], str]:
        """Reads secrets of the state, which may have been written under another salt than the stack's file has."""
        salt = _salt(document)
        if salt in ("", secrets.salt):
            return secrets.decrypt
        return PassphraseManager(self.options.passphrase, salt).decrypt

    def configuration(self, secrets: PassphraseManager) -> Configuration:
        return configuration(self.project, self.settings, secrets.decrypt)

    def outputs(self, document: Document | None) -> Properties:
        """What the stack exports, by its state."""
        for written in (document or {}).get("resources") or []:
            if written["type"] == urns.STACK_TYPE and not written.get("delete"):
                return ResourceState.from_json(written, self.decrypt(document, self.secrets(document))).outputs
        return {}

    def outputs_of(self, name: str) -> Properties:
        """Outputs of another stack beside this one, by `organization/project/stack` (or the end of it)."""
        parts = name.split("/")
        project = parts[-2] if len(parts) > 1 else self.project.name
        document = Checkpoint(self.options.state / project / f"{parts[-1]}.json").load()
        if document is None:
            raise EngineError(f'unknown stack "{name}"')
        return self.outputs(document)


def _salt(document: Document | None) -> str:
    salt: str = ((document or {}).get("secrets_providers") or {}).get("state", {}).get("salt", "")
    return salt


def frame(secrets: PassphraseManager) -> Document:
    """What a state holds around its resources."""
    written = manifest(datetime.now(UTC).isoformat(), VERSION)
    provider = {"type": "passphrase", "state": {"salt": secrets.salt}}
    return {"manifest": written, "secrets_providers": provider}


def shown(outputs: Properties) -> dict[str, Any]:
    """In the order of their keys; what is not known is the text that stands for it in a checkpoint."""
    return {key: hidden(value) for key, value in sorted(masked(outputs).items())}


# operations that run nothing -----------------------------------------------------------------------------------------


def outputs(options: Options, *, show_secrets: bool = False) -> dict[str, Any]:
    """The stack's outputs; a secret is the text `[secret]` unless it is to be shown."""
    stack = Stack(options)
    found = stack.outputs(stack.checkpoint.load())
    if show_secrets:
        return {key: plain(found[key]) for key in sorted(found)}
    return shown(found)


def export(options: Options, *, show_secrets: bool = False) -> dict[str, Any]:
    """The state as `pulumi stack export` writes it."""
    stack = Stack(options)
    document = stack.checkpoint.load()
    if document is None:
        document = frame(stack.secrets(None)) | {"metadata": {}}
    if show_secrets:
        document = with_plaintext(document, stack.decrypt(document, stack.secrets(document)))
    return envelope(document)


def import_(options: Options, exported: dict[str, Any]) -> None:
    """Puts an export in the place of the state; its secrets are encrypted for this stack."""
    stack = Stack(options)
    document = from_envelope(exported)
    with stack.checkpoint.write("import") as writer:
        secrets = stack.secrets(writer.deployment)
        fresh = reencrypted(document, stack.decrypt(document, secrets), secrets.encrypt)
        writer.save(fresh | frame(secrets))


def cancel(options: Options) -> Owner | None:
    """Breaks the stack's lock; returns whose it was."""
    return Stack(options).checkpoint.cancel()
