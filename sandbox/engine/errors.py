"""What goes wrong in the engine and is told to the person who started it, without a traceback."""


class EngineError(Exception):
    """An operation that cannot go on. The message names the value or file, what it means, and the next step."""


class Unsupported(EngineError):  # noqa: N818 - it reads as what it says: `raise Unsupported("analyzer plugins")`
    """Something that Pulumi's engine can do and this one does not."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the embedded engine does not support {what}; run this stack with the pulumi command line")


class Stopped(EngineError):  # noqa: N818 - a state of affairs that was told already, rather than an error of its own
    """The deployment cannot go on; why has been told as a diagnostic."""
