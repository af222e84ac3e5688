"""What all documents of a stack's outputs have in common."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Output(BaseModel):
    """Read with camelCase keys, and frozen. Keys of a later release are passed over: they may come at any time."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)
