"""The history of the Durable Object classes."""

from collections.abc import Callable, Iterator

from headworks.model.checks.every_worker import every_worker
from headworks.model.problems import Finding, Path, dotted
from headworks.model.specification import Specification
from headworks.model.specification.workers import Migration, Worker


def _migrations(specification: Specification) -> Iterator[Finding]:
    for _, worker, path in every_worker(specification):
        yield from _history(worker, path)


def _history(worker: Worker, path: Path) -> Iterator[Finding]:
    """Plays the history through and looks whether every bound class is live at its end."""
    history = _History()
    for index, step in enumerate(worker.migrations):
        yield from history.after(step, (*path, "migrations", index))
    for binding, name in worker.durable_objects.items():
        if name not in history.live:
            yield Finding(
                path=(*path, "durable_objects", binding),
                value=name,
                reason=f"no migration leaves a class {name!r}: Cloudflare refuses the binding (10061)",
                fix=f"add a step with new_sqlite_classes: [{name}] at the end of {dotted((*path, 'migrations'))}",
            )


class _History:
    """The Durable Object classes, step by step."""

    def __init__(self) -> None:
        self.live: dict[str, str] = {}
        """Class to the tag of the step that it comes from."""
        self._tags: set[str] = set()

    def after(self, step: Migration, path: Path) -> Iterator[Finding]:
        if step.tag in self._tags:
            yield Finding(
                path=(*path, "tag"),
                value=step.tag,
                reason="an earlier step has this tag: Cloudflare would take this one for applied and leave it out",
                fix="give the step a tag of its own",
            )
        self._tags.add(step.tag)
        for field in ("new_sqlite_classes", "new_classes"):
            for index, name in enumerate(getattr(step, field)):
                yield from self._comes(name, step.tag, (*path, field, index))
        for index, rename in enumerate(step.renamed_classes):
            place = (*path, "renamed_classes", index)
            yield from self._goes(rename.from_, (*place, "from"))
            yield from self._comes(rename.to, step.tag, (*place, "to"))
        for index, name in enumerate(step.deleted_classes):
            yield from self._goes(name, (*path, "deleted_classes", index))

    def _comes(self, name: str, tag: str, path: Path) -> Iterator[Finding]:
        if name in self.live:
            yield Finding(
                path=path,
                value=name,
                reason=f"step {self.live[name]!r} makes this class already: Cloudflare refuses a second one (10074)",
                fix="take it out of one of the two, or choose another name",
            )
        self.live.setdefault(name, tag)

    def _goes(self, name: str, path: Path) -> Iterator[Finding]:
        if name not in self.live:
            classes = f"live at this step: {', '.join(sorted(self.live))}" if self.live else "none is live at this step"
            yield Finding(
                path=path,
                value=name,
                reason=f"no earlier step leaves a class of this name; {classes}",
                fix="write the name of a live class",
            )
        self.live.pop(name, None)


CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_migrations,)
