"""Checks of what watches the system."""

from components.alert_mechanisms import is_watched
from headworks.checks.check import Arguments, Context, Finding
from headworks.checks.looking import account_check, none_wrong, nothing_declared
from headworks.facts.live import platform as live
from headworks.model.naming import public_name


def _alerts_are_enabled(context: Context, _: Arguments) -> Finding:
    environment = context.environment
    watched = [alert for alert in environment.alerts if is_watched(alert)]
    if not watched:
        return nothing_declared("alert that Cloudflare can watch")
    found = live.notification_policies(context.account)
    names = {alert.key: public_name(environment.system, environment.stack, alert.key) for alert in watched}
    wrong = [
        f"{key} ({'turned off' if name in found else f'there is no notification policy {name}'})"
        for key, name in names.items()
        if name not in found or not found[name].enabled
    ]
    return none_wrong(wrong, "Nobody is told of", "Bring the stack up.", list(names.values()))


CHECKS = (
    account_check(
        "alerts-are-enabled",
        "the account has a notification policy, turned on, for each alert that Cloudflare can watch",
        _alerts_are_enabled,
    ),
)
