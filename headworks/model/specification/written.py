"""What everything that people write has in common, and the forms of single values."""

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from headworks.model import naming

Identifier = Annotated[str, Field(pattern=naming.IDENTIFIER.pattern)]
Name = Annotated[str, Field(min_length=1)]
"""The part of a physical name that all environments share; `checks` looks at the whole name, suffix included."""
Text = Annotated[str, Field(min_length=1)]
Key = Annotated[str, Field(pattern=naming.KEY.pattern)]
Host = Annotated[str, Field(pattern=naming.HOST.pattern)]
Zone = Annotated[str, Field(pattern=naming.ZONE.pattern)]
Date = Annotated[str, Field(pattern=naming.DATE.pattern)]
Suffix = Annotated[str, Field(max_length=32)]


class Written(BaseModel):
    """Something that people write."""

    # defer_build: the validators of the nested models are built once, inside the outermost one (a third of the import time).
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)

    shorthand: ClassVar[str | None] = None
    """The field that a bare text stands for: `EXPORTS_BUCKET: rockhound-exports` is `{name: rockhound-exports}`."""
