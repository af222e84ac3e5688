"""Who consumes the queues: one Worker more takes messages away from the one that is meant."""

from collections.abc import Iterator

from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference, How
from headworks.drift.looks.look import Look
from headworks.facts.account import AccountReader
from headworks.facts.live import queues as live
from headworks.facts.live import workers as live_workers


def _consumers(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    owned = deployed.values("QueueConsumer", "consumerId")
    wranglers = _of_wrangler(deployed)
    found = live.queues(account)
    for queue in sorted(deployed.values("Queue", "queueName") & found.keys()):
        for consumer in found[queue].consumers:
            if consumer.id not in owned and wranglers.get(queue) != consumer.script:
                says = f"it takes messages from {queue}, and no stack attached it"
                yield Difference(How.UNOWNED, "queue-consumer", _name(queue, consumer.script), says)


def _declared(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    """The provider does not read again where failed messages go (`no_refresh`), and wrangler's consumers not at all."""
    present, found = live_workers.scripts(account), live.queues(account)
    for work in deployed.all("WorkQueue"):
        queue, declared = work.inputs["queueName"], work.inputs.get("consumer")
        if queue not in found or not declared or declared["scriptName"] not in present:
            continue
        script, letters = declared["scriptName"], declared.get("deadLetterQueue", "")
        consumer = next((each for each in found[queue].consumers if each.script == script), None)
        if consumer is not None and consumer.dead_letter_queue != letters:
            says = f"deadLetterQueue: {letters or 'nothing'} → {consumer.dead_letter_queue or 'nothing'}"
            yield Difference(How.CHANGED, "queue-consumer", _name(queue, script), says)
        elif consumer is None and script in deployed.scripts_of_wrangler:
            says = "the Worker is there, and does not consume"
            yield Difference(How.MISSING, "queue-consumer", _name(queue, script), says)


def _of_wrangler(deployed: Deployed) -> dict[str, str]:
    """Scripts by the queue that they consume."""
    works = [each.inputs for each in deployed.all("WorkQueue") if each.inputs.get("consumer")]
    scripts = {work["queueName"]: work["consumer"]["scriptName"] for work in works}
    return {queue: script for queue, script in scripts.items() if script in deployed.scripts_of_wrangler}


def _name(queue: str, script: str) -> str:
    return f"{queue} → {script or 'whoever pulls'}"


LOOKS = (
    Look("consumers of the queues", _consumers),
    Look("what the queues' consumers were told", _declared),
)
