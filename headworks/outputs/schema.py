"""The JSON Schema of a stack's outputs: `python -m headworks.outputs.schema` writes it to docs/outputs.schema.json.

Objects are open: a reader passes over keys that it does not know, since a later release may add some. The first schema of each
version stays in `schema/outputs`, and with each release a copy of the current one; what would break their readers is refused.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from headworks.model.field_documentation import field_documentation
from headworks.outputs.compatibility import breaks
from headworks.outputs.documents import VERSION, StackOutputs
from headworks.outputs.output import Output

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "outputs.schema.json"
FORMER = ROOT / "schema" / "outputs"

Schema = dict[str, Any]


def schema() -> Schema:
    """The schema of all documents together, as `headworks outputs STACK --json` prints them."""
    whole = StackOutputs.model_json_schema(by_alias=True, schema_generator=_Generator)
    definitions: dict[str, Schema] = whole.pop("$defs")
    described = {model.__name__: model for model in _models(Output)}
    for name, definition in [*definitions.items(), (StackOutputs.__name__, whole)]:
        for key, sentence in field_documentation(described[name]).items():
            definition["properties"][key]["description"] = sentence
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "title": f"Outputs of a Headworks stack, version {VERSION}",
        "$defs": definitions,
    }


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def former() -> dict[str, Schema]:
    """The schemas of earlier releases of this version, by the names of their files."""
    return {
        file.name: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FORMER.glob(f"v{VERSION}.*.json"))
    }


class _Generator(GenerateJsonSchema):
    """Without titles, which repeat the key; and without null: what does not apply is left out."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def model_schema(self, schema: Any) -> Schema:
        return {key: value for key, value in super().model_schema(schema).items() if key != "title"}

    def nullable_schema(self, schema: Any) -> Schema:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: Any) -> Schema:
        return self.generate_inner(schema["schema"])


def _models(model: type[Output]) -> Iterator[type[Output]]:
    for child in model.__subclasses__():
        yield child
        yield from _models(child)


if __name__ == "__main__":
    if broken := [f"{name}: {each}" for name, old in former().items() for each in breaks(old, schema())]:
        sys.exit("\n".join([*broken, "Readers would break: count VERSION up in headworks/outputs/documents.py."]))
    FILE.write_text(text(), encoding="utf-8")
