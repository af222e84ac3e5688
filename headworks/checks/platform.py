"""Checks of Workers for Platforms."""

from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check, none_wrong, nothing_declared
from headworks.facts.live import platform as live


def _trusted_mode_agrees(context: Context, _: Arguments) -> Finding:
    platform = context.environment.platform
    if platform is None:
        return nothing_declared("dispatch namespace")
    found = live.dispatch_namespaces(context.account)
    if platform.namespace not in found:
        return Finding.missing(f"The account lacks the dispatch namespace {platform.namespace}. Bring the stack up.")
    if found[platform.namespace] != platform.trusted:
        return Finding.missing(
            f"The dispatch namespace {platform.namespace} is {_mode(trusted=not platform.trusted)}, and the stack says "
            f"{_mode(trusted=platform.trusted)}. Bring the stack up, then upload the Workers of the namespace again."
        )
    return Finding.held(f"{platform.namespace} is {_mode(trusted=platform.trusted)}.")


def _mode(*, trusted: bool) -> str:
    return "trusted" if trusted else "untrusted"


def _namespace_holds_the_catalogue(context: Context, _: Arguments) -> Finding:
    platform = context.environment.platform
    if platform is None:
        return nothing_declared("dispatch namespace")
    present = live.scripts_of_namespace(context.account, platform.namespace)
    if present is None:
        return Finding.missing(f"The account lacks the dispatch namespace {platform.namespace}. Bring the stack up.")
    catalogue = [service.key for service in platform.services]
    wrong = [
        *(f"{key} (not in the namespace)" for key in catalogue if key not in present),
        *(f"{name} (not in the catalogue)" for name in sorted(present - set(catalogue))),
    ]
    mend = "Deploy what is missing through the deploy service; add what is there to `platform.services`, or delete it."
    return none_wrong(wrong, f"{platform.namespace} and the catalogue differ:", mend, catalogue)


CHECKS = (
    account_check("trusted-mode-agrees", "the dispatch namespace has the declared mode of trust", _trusted_mode_agrees),
    account_check(
        "namespace-holds-the-catalogue",
        "the dispatch namespace has each service of the catalogue, and no other Worker",
        _namespace_holds_the_catalogue,
    ),
)
