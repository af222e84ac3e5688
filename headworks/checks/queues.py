"""Checks of what happens later: queues with their consumers, Workflows, and schedules."""

from collections.abc import Iterator

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check, all_there, none_wrong, nothing_declared, read_each
from headworks.facts.live import queues as live
from headworks.facts.live import workers as live_workers
from headworks.model.environment import Environment, Queue

_MAKE = "Bring the stack up."


def _queues_exist(context: Context, _: Arguments) -> Finding:
    return all_there("queue", context.environment.names.queues, live.queues(context.account), _MAKE)


def _consumers_are_attached(context: Context, _: Arguments) -> Finding:
    consumed = [queue for queue in context.environment.queues if queue.consumer]
    if not consumed:
        return nothing_declared("consumer of a queue")
    found = live.queues(context.account)
    scripts = _scripts(context.environment)
    wrong = [fault for queue in consumed for fault in _faults(queue, scripts[_worker(queue)], found.get(queue.name))]
    mend = (
        "Messages wait there, or are lost once they have failed. Bring the stack up; "
        "where wrangler owns the code, deploy it with what `headworks render` writes."
    )
    return none_wrong(wrong, "Not attached:", mend, [f"{q.name} → {scripts[_worker(q)]}" for q in consumed])


def _faults(declared: Queue, script: str, found: live.Queue | None) -> Iterator[str]:
    if found is None:
        yield f"{declared.name} (there is no such queue)"
        return
    consumer = next((each for each in found.consumers if each.script == script), None)
    dead_letters = declared.dead_letter_queue.name if declared.dead_letter_queue else ""
    if consumer is None:
        others = ", ".join(each.script for each in found.consumers if each.script) or "no Worker"
        yield f"{declared.name} (consumed by {others}, not by {script})"
    elif consumer.dead_letter_queue != dead_letters:
        yield (
            f"{declared.name} (what failed goes to {consumer.dead_letter_queue or 'nowhere'}, "
            f"not to {dead_letters or 'nowhere'})"
        )


def _workflows_exist(context: Context, _: Arguments) -> Finding:
    declared = context.environment.workflows
    if not declared:
        return nothing_declared("Workflow")
    found = live.workflows(context.account)
    scripts = _scripts(context.environment)
    wanted = {each.name: live.Workflow(scripts[each.worker or ""], each.class_name) for each in declared}
    wrong = [
        f"{name} ({_shown(found[name])}, not {_shown(workflow)})" if name in found else f"{name} (there is none)"
        for name, workflow in wanted.items()
        if found.get(name) != workflow
    ]
    mend = "Bring the stack up; where wrangler owns the code, deploy it with what `headworks render` writes."
    return none_wrong(wrong, "Not as declared:", mend, [f"{name} → {_shown(each)}" for name, each in wanted.items()])


def _crons_are_scheduled(context: Context, _: Arguments) -> Finding:
    workers = [each.worker for each in context.environment.workers]
    found = read_each(
        lambda name: live_workers.crons(context.account, name) or frozenset(), [worker.name for worker in workers]
    )
    wrong = [
        fault
        for worker in workers
        for fault in (
            *(f"{cron} of {worker.name} (not scheduled)" for cron in worker.crons if cron not in found[worker.name]),
            *(f"{cron} of {worker.name} (in no file)" for cron in sorted(found[worker.name] - set(worker.crons))),
        )
    ]
    if not wrong and not any(worker.crons for worker in workers):
        return nothing_declared("schedule")
    mend = "Bring the stack up; where wrangler owns the code, deploy it with what `headworks render` writes."
    seen = [f"{worker.name}: {', '.join(worker.crons) or 'no schedule'}" for worker in workers]
    return none_wrong(wrong, "Other schedules than declared:", mend, seen)


def _scripts(environment: Environment) -> dict[str, str]:
    """Physical names by the key of the Worker; empty for the main one."""
    return {each.key: each.worker.name for each in environment.workers}


def _worker(queue: Queue) -> str:
    return (queue.consumer and queue.consumer.worker) or ""


def _shown(workflow: live.Workflow) -> str:
    return f"{workflow.class_name} of {workflow.script}"


CHECKS = (
    account_check("queues-exist", "the account has each queue of the stack, those of dead letters too", _queues_exist),
    account_check(
        "queue-consumers-are-attached",
        "each queue has its Worker as the consumer, with the declared dead letter queue",
        _consumers_are_attached,
    ),
    account_check("workflows-exist", "each Workflow of the stack runs its class of its Worker", _workflows_exist),
    account_check("crons-are-scheduled", "the schedules of each Worker are the declared ones", _crons_are_scheduled),
)
