"""Which Workers are in the dispatch namespace: whatever is in it, the dispatcher may run."""

from collections.abc import Iterator

from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference, How
from headworks.drift.looks.look import Look
from headworks.facts.account import AccountReader
from headworks.facts.live import platform as live


def _dispatched(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    for platform in deployed.all("DispatchPlatform"):
        namespace = platform.inputs["namespace"]
        catalogue = {service["key"] for service in platform.inputs["services"]}
        for script in sorted((live.scripts_of_namespace(account, namespace) or frozenset()) - catalogue):
            says = f"it is in the namespace {namespace}, and not in the catalogue"
            yield Difference(How.UNOWNED, "dispatched-worker", script, says)


LOOKS = (Look("Workers of the dispatch namespace", _dispatched),)
