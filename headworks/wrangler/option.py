"""What all options of a wrangler configuration have in common."""

from pydantic import BaseModel, ConfigDict

Number = int | float
"""As it was written: 1 stays 1, and 1.0 stays 1.0."""


class Option(BaseModel):
    """Closed, so that nothing is lost unseen; and frozen. What was not written is not written again."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)
