"""Beside the Workers: their secrets, which version runs, and when they are called."""

from collections.abc import Iterator

from headworks.drift.deployed import Deployed
from headworks.drift.difference import Difference, How
from headworks.drift.looks.look import Look
from headworks.facts.account import AccountReader
from headworks.facts.live import workers as live


def _secrets(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    present = live.scripts(account)
    for contract in deployed.all("SecretContract"):
        script, declared = contract.inputs["scriptName"], set(contract.inputs["declared"])
        if script not in present:
            continue
        found = live.secrets(account, script)
        for name in sorted(declared - found):
            yield Difference(How.MISSING, "secret", f"{name} of {script}", "the stack declares it, and it is not set")
        for name in sorted(found - declared):
            yield Difference(
                How.UNOWNED, "secret", f"{name} of {script}", "it is set, and the stack does not declare it"
            )


def _deployments(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    rolled_back = {each.inputs["scriptName"] for each in deployed.all("WorkersDeployment")}
    for script in sorted(deployed.scripts & live.scripts(account)):
        if says := _fault(
            live.deployment(account, script), live.newest_version(account, script), script in rolled_back
        ):
            yield Difference(How.CHANGED, "deployment", script, says)


def _fault(deployment: live.Deployment | None, newest: str | None, rolled_back: bool) -> str:
    if deployment is None:
        return "no version is deployed"
    if len(deployment.versions) > 1:
        shares = zip(deployment.versions, deployment.percentages, strict=True)
        return f"requests are shared: {', '.join(f'{version} {share:g} %' for version, share in shares)}"
    if not rolled_back and deployment.versions != (newest,):
        return f"{', '.join(deployment.versions) or 'no version'} runs, and {newest} was uploaded last"
    return ""


def _schedules(deployed: Deployed, account: AccountReader) -> Iterator[Difference]:
    """The provider does not read them again (`no_refresh`)."""
    for schedules in deployed.all("Schedules"):
        script, declared = schedules.inputs["scriptName"], set(schedules.inputs["crons"])
        found = live.crons(account, script)
        if found is not None and found != declared:
            yield Difference(How.CHANGED, "schedule", script, f"{_listed(declared)} → {_listed(found)}")


def _listed(crons: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(crons)) or "nothing"


LOOKS = (
    Look("secrets of the Workers", _secrets),
    Look("which versions run", _deployments),
    Look("schedules of the Workers", _schedules),
)
