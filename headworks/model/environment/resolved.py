"""What all parts of a resolved environment have in common."""

from pydantic import BaseModel, ConfigDict


class Resolved(BaseModel):
    """Closed and frozen: an unknown key is an error, and nobody changes an environment after it was resolved."""

    model_config = ConfigDict(extra="forbid", frozen=True)
