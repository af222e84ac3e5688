"""What all parts of a resolved environment have in common."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Resolved(BaseModel):
    """Closed and frozen: an unknown key is an error, and nobody changes an environment after it was resolved."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Jurisdiction = Literal["default", "eu", "fedramp"]
"""Where data must stay. One word for a whole environment; `default` is anywhere."""
