"""The Workers of an environment, with the places at which they were written."""

from collections.abc import Iterator

from headworks.model.problems import Path
from headworks.model.specification import Specification
from headworks.model.specification.workers import Worker


def every_worker(specification: Specification) -> Iterator[tuple[str | None, Worker, Path]]:
    """Key (None for the main Worker), Worker, and the path of its words."""
    yield None, specification.worker, ("worker",)
    for key, companion in specification.workers.items():
        yield key, companion, ("workers", key)
