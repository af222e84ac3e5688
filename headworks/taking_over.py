"""Import of what Pulumi cannot import: a dynamic resource finds its object in the account, instead of making it.

Pulumi hands a dynamic resource nothing but an id when it imports. So `headworks import` lets an `up` create those resources whose
objects are there already, under a variable by which their providers only read.
"""

import os

VARIABLE = "HEADWORKS_TAKES_OVER"


class NotThereError(Exception):
    """The account has not what was to be taken over. Nothing was made instead."""


def takes_over() -> bool:
    """Whether nothing may be made."""
    return VARIABLE in os.environ
