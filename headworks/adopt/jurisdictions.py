"""Where data stays. An environment has one jurisdiction for all that it holds; only without one may a bucket be elsewhere."""

from collections import Counter
from collections.abc import Mapping

from headworks.adopt.translated import Held, Translated
from headworks.facts.account import AccountReader
from headworks.facts.live import queues, storage
from headworks.facts.live.answers import DEFAULT_JURISDICTION

_SECTIONS = {"bucket": "buckets", "kv": "kv", "d1": "d1", "queue": "queues", "dead-letter-queue": "queues"}
"""Where things are said, by their kind; records of hosts stay nowhere."""


def settle_jurisdiction(into: Translated, account: AccountReader) -> None:
    """Take that of most databases, namespaces and queues for the environment's, and leave out what is elsewhere."""
    buckets = {name: says.pop("jurisdiction") for name, says in into.says.get("buckets", {}).items()}
    of_others = {
        each: _jurisdiction(account, each) for each in into.held if _SECTIONS.get(each.kind, "buckets") != "buckets"
    }
    chosen = Counter(of_others.values()).most_common(1)[0][0] if of_others else DEFAULT_JURISDICTION
    if chosen == DEFAULT_JURISDICTION:
        _say(
            into, {name: jurisdiction for name, jurisdiction in buckets.items() if jurisdiction != DEFAULT_JURISDICTION}
        )
    else:
        into.says["jurisdiction"] = chosen
        of_others |= {Held("bucket", name, ""): jurisdiction for name, jurisdiction in buckets.items()}
    for held, jurisdiction in of_others.items():
        if jurisdiction != chosen:
            _drop(into, _SECTIONS[held.kind], held.item)
            why = f"It is in the jurisdiction {jurisdiction}, and most are in {chosen}: an environment has one for all."
            into.is_not_taken(f"{held.kind} {held.item}", why)


def _say(into: Translated, buckets: Mapping[str, str]) -> None:
    for name, jurisdiction in buckets.items():
        into.says["buckets"][name]["jurisdiction"] = jurisdiction


def _jurisdiction(account: AccountReader, held: Held) -> str:
    if held.kind == "kv":
        return next(each.jurisdiction for each in storage.kv_namespaces(account).values() if each.id == held.id)
    if held.kind == "d1":
        found = storage.database(account, held.id)
        return found.jurisdiction if found else DEFAULT_JURISDICTION
    return next(each.jurisdiction for each in queues.queues(account).values() if each.id == held.id)


def _drop(into: Translated, section: str, item: str) -> None:
    into.held = [each for each in into.held if (_SECTIONS.get(each.kind), each.item) != (section, item)]
    into.names = {key: path for key, path in into.names.items() if path[:2] != (section, item)}
    into.says[section].pop(item, None)
