"""Durable Objects of a Worker: its bindings to classes, and the history of their migrations."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi

from components.cloudflare import Binding
from components.component import Component
from components.ledger import Ledger
from components.migrations import Step, annotated_chain, chain_at

if TYPE_CHECKING:
    from headworks.facts import Fact


class DurableObjectsArgs(TypedDict):
    account_id: str
    script_name: str
    production: bool
    owner: str
    """Who uploads the code, and with it the migrations: `pulumi` (through the ledger) or `wrangler`."""
    classes: Mapping[str, str]
    """Binding to class; all classes are the Worker's own."""
    migrations: Sequence[Step]
    live_tag: "Fact[str]"
    """The script's migration tag, as the account has it."""
    live_annotation: "Fact[str]"
    """The script's `workers/tag`, as the account has it."""


class DurableObjects(Component):
    """Bindings to Durable Object classes, with the ledger of their migrations.

    It does not look into the objects: the API lists them, but neither reads nor deletes what they store.
    """

    annotation: pulumi.Output[str] | None
    """For the script's `workers_tag`: known when the migrations are applied. None when there are none to apply here."""
    worker_bindings: list[Binding]

    def __init__(self, name: str, args: DurableObjectsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:DurableObjects", name, _inputs(args), opts)
        self.annotation = None
        if args["owner"] == "pulumi" and args["migrations"]:
            ledger = Ledger(
                f"{name}-ledger",
                account_id=args["account_id"],
                script_name=args["script_name"],
                migrations=args["migrations"],
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.annotation = ledger.annotation
        self.worker_bindings = [
            {"type": "durable_object_namespace", "name": binding, "class_name": class_name}
            for binding, class_name in args["classes"].items()
        ]
        self.register_outputs({})


def _inputs(args: DurableObjectsArgs) -> dict[str, Any]:
    return {
        "accountId": args["account_id"],
        "scriptName": args["script_name"],
        "production": args["production"],
        "bindings": [{"binding": binding, "className": name} for binding, name in args["classes"].items()],
        "migrations": list(args["migrations"]),
        **_evidence(args["migrations"], args["live_tag"], args["live_annotation"]),
    }


def _evidence(declared: Sequence[Step], tag: "Fact[str]", annotation: "Fact[str]") -> dict[str, str]:
    """What the account says of the history.

    The live tag and chain are stated only where they contradict the declared history. An `up` that applies a step moves
    them, so otherwise the `up` after it would find a changed input and would not be an empty difference.
    """
    for fact in (tag, annotation):
        if fact.value is None:
            return {"status": fact.status, "reason": fact.reason or ""}
    live_tag, live_chain = tag.value or "", annotated_chain(annotation.value or "", tag.value or "")
    evidence = {"status": "verified"}
    if not live_tag:
        return evidence
    chain = chain_at(declared, live_tag)
    if chain is None or not chain.startswith(live_chain or ""):
        evidence["liveTag"] = live_tag
        if live_chain:
            evidence["liveChain"] = live_chain
    return evidence
