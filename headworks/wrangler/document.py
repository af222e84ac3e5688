"""A wrangler.jsonc: text to model and back, without loss."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError

from headworks.failure import Failure, problems_of
from headworks.wrangler import jsonc
from headworks.wrangler.configuration import Configuration
from headworks.wrangler.jsonc import Jsonc


@dataclass(frozen=True, kw_only=True)
class Document:
    """A configuration, with the comments that say whose it is."""

    configuration: Configuration
    head: tuple[str, ...] = ()
    """Comment before everything else."""
    remarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Comments above outermost keys."""


def parse(text: str, source: str) -> Document:
    """Read a file; `source` is what messages call it.

    Raises Failure (exit 2) for what is no JSON with comments, and for every option that would be lost.
    """
    try:
        file = jsonc.read(text)
    except ValueError as error:
        raise Failure(f"{source} is no JSON with comments: {error}.", fix="Mend it there.", exit_code=2) from error
    try:
        # By way of JSON, where a list is what becomes a tuple.
        configuration = Configuration.model_validate_json(json.dumps(file.value))
    except ValidationError as error:
        problems = "\n".join(f"  {problem}" for problem in problems_of(error))
        raise Failure(
            f"{source} holds what cannot be represented, so it would be lost:\n{problems}",
            fix="Take it out, or correct it.",
            exit_code=2,
        ) from error
    return Document(configuration=configuration, head=file.head, remarks=file.remarks)


def emit(document: Document) -> str:
    """The one text of a document: the same bytes for the same content."""
    written = document.configuration.model_dump(mode="json", by_alias=True, exclude_unset=True)
    schema = {"$schema": written.pop("$schema")} if "$schema" in written else {}
    return jsonc.write(Jsonc(value=schema | written, head=document.head, remarks=document.remarks))
