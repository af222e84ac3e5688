"""What one Worker says about itself: its code, when it is called, who gets its logs."""

from collections.abc import Callable, Iterator

from headworks.model import crons
from headworks.model.checks.every_worker import every_worker
from headworks.model.problems import Finding
from headworks.model.specification import Specification


def _code(specification: Specification) -> Iterator[Finding]:
    for _, worker, path in every_worker(specification):
        code = worker.code
        if code.owner == "pulumi" and code.main is None:
            yield Finding(
                path=(*path, "code"),
                reason="the stack owns the code, but 'main' does not say where the built bundle is",
                fix="write main, such as apps/rockhounding-api/worker.js, or owner: wrangler",
            )
        if code.owner == "wrangler" and worker.rollback_to is not None:
            yield Finding(
                path=(*path, "rollback_to"),
                value=worker.rollback_to,
                reason="wrangler owns the code, so the stack deploys no version, and this would do nothing",
                fix="take it out, and use `wrangler rollback`; or write owner: pulumi",
            )


def _crons(specification: Specification) -> Iterator[Finding]:
    for _, worker, path in every_worker(specification):
        for index, cron in enumerate(worker.crons):
            if reason := crons.refusal(cron):
                yield Finding(
                    path=(*path, "crons", index),
                    value=cron,
                    reason=reason,
                    fix="write names for days of the week, such as mon-fri, and numbers within the field's range",
                )
            elif cron in worker.crons[:index]:
                yield Finding(
                    path=(*path, "crons", index),
                    value=cron,
                    reason="this schedule is listed already: the code would be called once all the same",
                    fix="take one of the two out",
                )


def _logs(specification: Specification) -> Iterator[Finding]:
    for key, worker, path in every_worker(specification):
        for index, tail in enumerate(worker.tail_consumers):
            if tail == key:
                yield Finding(
                    path=(*path, "tail_consumers", index),
                    value=tail,
                    reason="a Worker that gets its own logs logs for ever",
                    fix="name another companion",
                )


CHECKS: tuple[Callable[[Specification], Iterator[Finding]], ...] = (_code, _crons, _logs)
