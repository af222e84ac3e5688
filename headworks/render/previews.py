"""What `wrangler dev --remote` works on: never on what production works on."""

from collections.abc import Iterator, Mapping

from headworks.failure import Failure
from headworks.outputs import StackOutputs
from headworks.outputs.workers import BindingOutput

Previews = Mapping[tuple[str, str], str]
"""Key of the Worker and name of the binding → id or name of the resource."""

_IDENTITY = {"kv_namespace": "namespace_id", "r2_bucket": "bucket_name", "d1": "id"}
"""What a preview may be of, and the field that says which one it is."""


def identity(binding: BindingOutput) -> str | None:
    """The id or name of what has previews; None for everything else."""
    field = _IDENTITY.get(binding.type)
    return getattr(binding, field) if field else None


def previews_of(outputs: StackOutputs, other: StackOutputs | None) -> Previews:
    """The resources of `other`; without one, an environment's own, and none for production.

    Raises Failure (exit 2) where that would be production's, or where the other stack has nothing of the name.
    """
    if other is None:
        return {} if outputs.environment.production else dict(_identities(outputs))
    own, found = dict(_identities(outputs)), dict(_identities(other))
    _refuse_other_systems(outputs, other)
    if other.environment.production:
        raise Failure(
            f"--preview {other.environment.stack} is production: `wrangler dev --remote` would work on its data.",
            fix="Name the stack of another environment.",
            exit_code=2,
        )
    for place, resource in own.items():
        if place not in found:
            raise Failure(
                f"{_named(place)} has no preview: {other.environment.stack} has no such binding, and wrangler would take {resource} itself.",
                fix="Name a stack that binds the same.",
                exit_code=2,
            )
        if outputs.environment.production and found[place] == resource:
            raise Failure(
                f"{_named(place)} would have {resource} as its preview, which is production's own.",
                fix=f"Give {other.environment.stack} a resource of its own.",
                exit_code=2,
            )
    return {place: found[place] for place in own}


def _identities(outputs: StackOutputs) -> Iterator[tuple[tuple[str, str], str]]:
    for key, worker in outputs.workers.items():
        for binding in worker.bindings:
            if found := identity(binding):
                yield (key, binding.name), found


def _refuse_other_systems(outputs: StackOutputs, other: StackOutputs) -> None:
    if other.environment.system != outputs.environment.system:
        raise Failure(
            f"--preview is a stack of {other.environment.system}, and this one is of {outputs.environment.system}.",
            fix="Name a stack of the same system.",
            exit_code=2,
        )


def _named(place: tuple[str, str]) -> str:
    key, name = place
    return f"{name} of the companion {key}" if key else name
