"""Which stacks a system directory has. It needs nothing else, because shells ask it while somebody types."""

from pathlib import Path


def stacks_of(directory: Path) -> dict[str, Path]:
    """The stack files of a system directory, by the names of the stacks, in alphabetical order."""
    files = sorted(directory.glob("Pulumi.*.yaml"))
    return {file.name.removeprefix("Pulumi.").removesuffix(".yaml"): file for file in files}
