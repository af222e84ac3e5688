"""Checks that look at staging on the way to production."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check
from headworks.facts.account import AccountReader
from headworks.facts.live import workers as live
from headworks.model.environment import Companion
from headworks.model.files import load_environment
from headworks.model.problems import SpecificationError


class Age(Arguments):
    hours: Annotated[float, Field(ge=0)] = 24


def _runs_the_same_code(context: Context, given: Age) -> Finding:
    try:
        staging = load_environment(context.workspace.system, "staging")
    except SpecificationError as error:
        return Finding.missing(f"There is no staging that could be read: {error}")
    workers = {each.key: each for each in staging.workers}
    ours = [each for each in context.environment.workers if each.key in workers]
    of_others = [each.worker.name for each in ours if each.worker.code.owner != "pulumi"]
    if of_others:
        return Finding.not_verified(
            f"wrangler owns the code of {', '.join(of_others)}, so its bundle is not in this checkout and cannot be compared. "
            "The pipeline of the app's repository has to see to it."
        )
    account = context.account.of_account(staging.account_id)
    faults = [fault for each in ours if (fault := _fault(context, account, each, workers[each.key], given))]
    if faults:
        return Finding.missing(
            f"Staging did not run this code for {given.hours:g} hours: {'; '.join(faults)}. "
            "Deploy this commit to staging and let it run there before production gets it."
        )
    return Finding.held(
        f"{', '.join(each.worker.name for each in workers.values())}: this code, for {given.hours:g} hours and more."
    )


def _fault(context: Context, account: AccountReader, ours: Companion, theirs: Companion, given: Age) -> str:
    """What is different about one Worker of staging; empty when nothing is."""
    script, main = theirs.worker.name, str(ours.worker.code.main)
    try:
        # As the program reads it, line ends included.
        bundle = (context.workspace.root / main).read_text().encode()
    except FileNotFoundError:
        return f"{main} is not built"
    modules, deployment = live.modules(account, script), live.deployment(account, script)
    if modules is None or deployment is None:
        return f"{script} is not deployed"
    if [module.content for module in modules] != [bundle]:
        return f"the code of {script} is not that of {main}"
    age = context.now - deployment.created_on
    if age < timedelta(hours=given.hours):
        return f"{script} was deployed {age / timedelta(hours=1):.1f} hours ago"
    return ""


CHECKS = (
    account_check(
        "staging-runs-the-same-code",
        "staging's Workers run the bundles of this checkout, and have done so for some hours",
        _runs_the_same_code,
        Age,
    ),
)
