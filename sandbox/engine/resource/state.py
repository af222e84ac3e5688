"""The state of one resource, as the snapshot holds it and as the checkpoint writes it."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

from sandbox.engine.resource.values import Properties, from_checkpoint, to_checkpoint

Encrypt = Callable[[str], str]
Decrypt = Callable[[str], str]


def _key(name: str) -> Any:
    """A field that the checkpoint writes under another name than Python would."""
    return {"key": name}


@dataclass(kw_only=True, eq=False)
class ResourceState:
    """One resource; the fields are in the order of the checkpoint's keys.

    Two states are the same only if they are the same object: an old and a new one may agree in all fields.
    """

    urn: str
    custom: bool
    delete: bool = False
    id: str = ""
    type: str
    inputs: Properties = field(default_factory=dict)
    outputs: Properties = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    taint: bool = False
    external: bool = False
    dependencies: list[str] = field(default_factory=list)
    init_errors: list[str] = field(default_factory=list, metadata=_key("initErrors"))
    provider: str = ""
    """`URN::ID` of the provider; empty for components and providers."""
    property_dependencies: dict[str, list[str]] = field(default_factory=dict, metadata=_key("propertyDependencies"))
    pending_replacement: bool = field(default=False, metadata=_key("pendingReplacement"))
    additional_secret_outputs: list[str] = field(default_factory=list, metadata=_key("additionalSecretOutputs"))
    aliases: list[str] = field(default_factory=list)
    custom_timeouts: dict[str, float] = field(default_factory=dict, metadata=_key("customTimeouts"))
    """Seconds of `create`, `update`, `delete`, `read`."""
    import_id: str = field(default="", metadata=_key("importID"))
    retain_on_delete: bool = field(default=False, metadata=_key("retainOnDelete"))
    deleted_with: str = field(default="", metadata=_key("deletedWith"))
    replace_with: list[str] = field(default_factory=list, metadata=_key("replaceWith"))
    created: str = ""
    modified: str = ""
    source_position: str = field(default="", metadata=_key("sourcePosition"))
    stack_trace: list[dict[str, str]] = field(default_factory=list, metadata=_key("stackTrace"))
    ignore_changes: list[str] = field(default_factory=list, metadata=_key("ignoreChanges"))
    hide_diff: list[str] = field(default_factory=list, metadata=_key("hideDiff"))
    replace_on_changes: list[str] = field(default_factory=list, metadata=_key("replaceOnChanges"))
    replacement_trigger: Any = field(default=None, metadata=_key("replacementTrigger"))
    refresh_before_update: bool = field(default=False, metadata=_key("refreshBeforeUpdate"))
    view_of: str = field(default="", metadata=_key("viewOf"))
    resource_hooks: dict[str, list[str]] = field(default_factory=dict, metadata=_key("resourceHooks"))

    def to_json(self, encrypt: Encrypt, *, key: str = "ciphertext") -> dict[str, Any]:
        """The resource as the checkpoint's JSON; what is empty or false is left out, but for `custom`."""
        written: dict[str, Any] = {}
        for name, attribute in _CHECKPOINT_KEYS.items():
            value = getattr(self, attribute)
            if name == "custom" or value not in _EMPTY:
                written[name] = to_checkpoint(value, encrypt, key=key) if name in _VALUES else value
        return written

    @classmethod
    def from_json(cls, document: dict[str, Any], decrypt: Decrypt) -> "ResourceState":
        """Reads a resource of a checkpoint; a key that this engine does not know is an error that names it."""
        arguments: dict[str, Any] = {}
        for name, value in document.items():
            if name not in _CHECKPOINT_KEYS:
                raise ValueError(
                    f"resource {document.get('urn')!r} of the state has the key {name!r}, which this engine does not know; "
                    "the state would lose it. Use the pulumi command line for this stack.",
                )
            arguments[_CHECKPOINT_KEYS[name]] = from_checkpoint(value, decrypt) if name in _VALUES else value
        return cls(**arguments)


_CHECKPOINT_KEYS = {item.metadata.get("key", item.name): item.name for item in fields(ResourceState)}
_VALUES = {"inputs", "outputs", "replacementTrigger"}
_EMPTY: tuple[Any, ...] = (None, False, "", [], {})
