"""The outputs of a stack: an API with a version, for other stacks, for `headworks render` and for people."""

from headworks.outputs.documents import VERSION, StackOutputs

__all__ = ["VERSION", "StackOutputs"]
