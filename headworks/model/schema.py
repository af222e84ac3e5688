"""The JSON Schema of the Pulumi files: `python -m headworks.model.schema` writes it for the editors.

It covers what one value may be; what must hold between several (`checks`), and physical names, it cannot say. Keys of the
files that are Pulumi's own are left open.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from headworks.model.draft import NOT_IN_PROFILES
from headworks.model.field_documentation import field_documentation
from headworks.model.files import ENVIRONMENT, SYSTEM
from headworks.model.specification import Specification, System
from headworks.model.specification.written import Written

FILE = Path(__file__).parents[2] / "schema" / "headworks.schema.json"

Schema = dict[str, Any]


def pulumi_file() -> Schema:
    """The schema of Pulumi.yaml and of Pulumi.<stack>.yaml: one, because an editor sees the same keys in both."""
    definitions = _definitions()
    overrides = {_override_name(name): _override(schema) for name, schema in definitions.items()}
    environment = overrides.pop(_override_name(Specification.__name__))
    required = set(definitions.pop(Specification.__name__)["required"]) - set(definitions[System.__name__]["required"])
    overrides[PROFILE] = _profile(environment)
    _hold(definitions[System.__name__]["properties"]["profiles"], {"$ref": f"#/$defs/{PROFILE}"})
    whole: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Pulumi.yaml and Pulumi.<stack>.yaml of a Headworks system",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {
                    SYSTEM: {
                        "type": "object",
                        "description": "What all environments of the system share; stands in Pulumi.yaml.",
                        "properties": {"description": {"type": "string"}, "value": {"$ref": "#/$defs/System"}},
                        "required": ["value"],
                        "additionalProperties": False,
                    },
                    ENVIRONMENT: {
                        **environment,
                        "description": "What differs in one environment; stands in Pulumi.<stack>.yaml. Mappings are merged "
                        "over the system's, lists replace the system's, null takes something away.",
                        "required": sorted(required),
                    },
                },
                "patternProperties": {"^headworks:(?!system$|environment$)": False},
            }
        },
    }
    return whole | {"$defs": _reachable(whole, definitions | overrides)}


PROFILE = "Profile"


def _profile(environment: Schema) -> Schema:
    """A profile is what an environment says, without what belongs to one environment only."""
    properties = {key: part for key, part in environment["properties"].items() if key not in NOT_IN_PROFILES}
    return environment | {"properties": properties, "description": "A part of an environment."}


def _hold(mapping: Schema, item: Schema) -> None:
    """Make the values of a mapping of free keys what `item` says."""
    mapping["patternProperties"] = dict.fromkeys(mapping["patternProperties"], item)


def text() -> str:
    return json.dumps(pulumi_file(), indent=2, ensure_ascii=False) + "\n"


class _Generator(GenerateJsonSchema):
    """Without titles, which repeat the key; and with mappings closed to keys that do not have the form of one."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def dict_schema(self, schema: Any) -> Schema:
        mapping = super().dict_schema(schema)
        return mapping | {"additionalProperties": False} if "patternProperties" in mapping else mapping

    def tagged_union_schema(self, schema: Any) -> Schema:
        """As a choice like any other: which of the two it is shows in its type."""
        return {"anyOf": super().tagged_union_schema(schema)["oneOf"]}


def _definitions() -> dict[str, Schema]:
    _, schema = models_json_schema(
        [(System, "validation"), (Specification, "validation")],
        ref_template="#/$defs/{model}",
        schema_generator=_Generator,
    )
    definitions: dict[str, Schema] = schema["$defs"]
    for definition in definitions.values():
        del definition["title"]
    for model in _written_models():
        for field, sentence in field_documentation(model).items():
            for descendant in _written_models():
                if issubclass(descendant, model) and descendant.__name__ in definitions:
                    definitions[descendant.__name__]["properties"][field]["description"] = sentence
    for written in _written_models():
        if written.shorthand:
            definitions[written.__name__] = _with_shorthand(definitions[written.__name__], written.shorthand)
    return definitions


def _reachable(schema: Schema, definitions: dict[str, Schema]) -> dict[str, Schema]:
    """The definitions that the schema refers to, directly or not; nothing overrides a part of a list, for example."""
    found: dict[str, Schema] = {}
    pending = [schema]
    while pending:
        for name in sorted(_references(pending.pop())):
            if name not in found:
                found[name] = definitions[name]
                pending.append(definitions[name])
    return dict(sorted(found.items()))


def _references(part: object) -> Iterator[str]:
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        if key == "$ref":
            yield value.removeprefix("#/$defs/")
        else:
            yield from _references(value)


def _with_shorthand(schema: Schema, field: str) -> Schema:
    bare = {"type": "string", "minLength": 1, "description": f"Short for {{{field}: …}}."}
    return {"description": schema.pop("description"), "anyOf": [bare, schema]}


def _override(schema: Schema) -> Schema:
    """The same as something to merge over it: nothing is required, every part may be null or another override.

    Lists are replaced whole, so what they hold is as it was.
    """
    if "anyOf" in schema:
        return schema | {"anyOf": [_override(option) for option in schema["anyOf"]]}
    if "$ref" in schema:
        return schema | {"$ref": _override_name(schema["$ref"])}
    overriding = {key: value for key, value in schema.items() if key not in {"required", "default"}}
    for kind in ("properties", "patternProperties"):
        if kind in schema:
            overriding[kind] = {key: _nullable(_override(part)) for key, part in schema[kind].items()}
    return overriding


def _nullable(schema: Schema) -> Schema:
    """Any of these, or null; the description stays outside, where an editor looks for it."""
    description = {"description": schema["description"]} if "description" in schema else {}
    rest = {key: value for key, value in schema.items() if key != "description"}
    options = [option for option in rest.get("anyOf", [rest]) if option != {"type": "null"}]
    return {**description, "anyOf": [*options, {"type": "null"}]}


def _override_name(name: str) -> str:
    return f"{name}Override"


def _written_models() -> list[type[Written]]:
    """Every model of the specification, those that others inherit from before these."""

    def below(model: type[Written]) -> Iterator[type[Written]]:
        for child in model.__subclasses__():
            if child.__module__.startswith(Specification.__module__):
                yield child
                yield from below(child)

    return list(below(Written))


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
