"""The deep merge of an environment over its system.

Mappings merge key by key, everything else replaces what was there (lists too: an environment that lists routes has these
and no others), and a null takes a key away. The same as JSON Merge Patch (RFC 7396).
"""

from collections.abc import Iterator, Mapping


def merge(base: object, patch: object) -> object:
    """The base with the patch over it; neither is changed."""
    if not isinstance(patch, Mapping):
        return patch
    merged: dict[str, object] = dict(base) if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def idle_removals(base: object, patch: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Paths at which the patch takes away what the base does not have: most likely a slip of the pen."""
    if not isinstance(patch, Mapping):
        return
    known = base if isinstance(base, Mapping) else {}
    for key, value in patch.items():
        if value is None and key not in known:
            yield (*path, key)
        elif value is not None:
            yield from idle_removals(known.get(key), value, (*path, key))
