"""A dispatch namespace: the Worker becomes the dispatcher of a platform, and the namespace the stack's."""

from collections.abc import Iterable
from typing import Any

from headworks.adopt.translated import Held, Translated
from headworks.facts.account import AccountReader
from headworks.facts.live import platform
from headworks.wrangler.bindings import DispatchNamespace


def take_dispatch_namespaces(into: Translated, account: AccountReader, written: Iterable[DispatchNamespace]) -> None:
    for each in written:
        where = f"dispatch_namespaces.{each.binding}"
        if each.namespace is None:
            into.is_not_taken(where, "Without a name nobody knows which namespace it is: name it in the configuration.")
        elif "platform" in into.says:
            into.is_not_taken(where, f"{_ONE} {_KEEP}")
        else:
            into.leave_out(each, {"binding", "namespace"}, where)
            into.says["platform"] = {"namespace": each.namespace, "binding": each.binding} | _mode(
                into, account, each.namespace
            )
            into.names["dispatch", "platform"] = ("platform", "namespace")


_ONE = "A stack has one dispatch namespace, and its platform is another one already."
_KEEP = "The rendered configuration lacks the binding: keep it in the app's own wrangler configuration."


def _mode(into: Translated, account: AccountReader, namespace: str) -> dict[str, Any]:
    """Whether it is trusted, as it is: the first `up` would change it otherwise."""
    trusted = platform.dispatch_namespaces(account).get(namespace)
    if trusted is None:
        into.is_missing(f"dispatch namespace {namespace}")
        return {}
    into.held.append(Held("dispatch-namespace", "", namespace))
    into.is_not_imported(
        f"mode of trust of dispatch namespace {namespace}",
        "Pulumi cannot import it. `headworks import` records it as the namespace has it.",
    )
    if inside := sorted(platform.scripts_of_namespace(account, namespace) or ()):
        into.is_not_imported(
            f"Workers of dispatch namespace {namespace}: {', '.join(inside)}",
            "Whoever uploads them goes on with it. `platform.services` makes a catalogue of them, with hosts and routes.",
        )
    return {"trusted": True} if trusted else {}
