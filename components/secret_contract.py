"""The secrets that a Worker needs, by name."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi

from components.cloudflare import Binding
from components.component import Component

if TYPE_CHECKING:
    from headworks.facts import Fact


class SecretContractArgs(TypedDict):
    account_id: str
    script_name: str
    production: bool
    names: Sequence[str]
    present: "Fact[tuple[str, ...]]"
    """Names of the secrets that are set on the live script."""


class SecretContract(Component):
    """Which secrets a Worker needs and which of them are set. It holds no value, and sets none: `headworks secrets put` does."""

    worker_bindings: list[Binding]
    """Each takes its value from the script's previous version; with `bindings_inherit` strict a missing one stops the upload."""

    def __init__(self, name: str, args: SecretContractArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:SecretContract", name, _inputs(args), opts)
        self.worker_bindings = [{"type": "inherit", "name": secret} for secret in args["names"]]
        self.register_outputs({})


def _inputs(args: SecretContractArgs) -> dict[str, Any]:
    present = args["present"]
    inputs: dict[str, Any] = {
        "accountId": args["account_id"],
        "scriptName": args["script_name"],
        "production": args["production"],
        "declared": list(args["names"]),
        "status": present.status,
    }
    if present.value is not None:
        inputs["present"] = list(present.value)
    if present.reason is not None:
        inputs["reason"] = present.reason
    return inputs
