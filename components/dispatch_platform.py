"""Workers for Platforms: a namespace of Workers behind one that dispatches to them."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi

from components.cloudflare import Binding, WorkersForPlatformsDispatchNamespace
from components.component import Component
from components.dispatch_trust import DispatchTrust
from components.protection import stateful


class ServiceArgs(TypedDict):
    """A Worker of the namespace, as the catalogue has it."""

    key: str
    """Its name in the namespace."""
    kind: str
    """`domain`, `integration` or `ai` (D17)."""
    main: str
    compatibility_date: str
    host: str
    zone: str
    bindings: Mapping[str, str]
    """Service bindings: binding to the key of another service (D14)."""


class PlatformArgs(TypedDict):
    namespace: str
    """The physical name. Another name is another namespace, without a Worker in it."""
    trusted: bool
    """Only for Workers of one owner (D3)."""
    binding: str
    """The dispatcher's name for the namespace."""
    services_variable: str
    """The dispatcher's variable with the list of services (D11)."""
    deploy: NotRequired[str]
    """Key of the companion that deploys into the namespace."""
    namespace_variable: str
    """The deploy service's variable with the name of the namespace (D13)."""
    services: Sequence[ServiceArgs]
    """In an order in which they can be deployed."""


class DispatchPlatformArgs(TypedDict):
    account_id: str
    production: bool
    platform: PlatformArgs
    script_name: str
    """The dispatcher: for the policies. It reaches the namespace through `worker_bindings`."""


class DispatchPlatform(Component):
    """A dispatch namespace with its mode of trust, and the catalogue of the services that belong into it.

    It uploads no service: whoever deploys them keeps the history that an audit asks for (D27). Deleting a namespace
    deletes all its Workers, so in production it is protected and retained (D1, D4).
    """

    namespace: pulumi.Output[str]
    """The physical name."""
    trusted: pulumi.Output[bool]
    worker_bindings: list[Binding]
    """The dispatcher's."""

    def __init__(self, name: str, args: DispatchPlatformArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:DispatchPlatform", name, _inputs(args), opts)
        platform = args["platform"]
        namespace = WorkersForPlatformsDispatchNamespace(
            f"{name}-namespace",
            account_id=args["account_id"],
            name=platform["namespace"],
            opts=stateful(self, production=args["production"]),
        )
        # `namespace_name` is not known in a preview, where no policy could judge what is made of it, and `name` is empty after
        # an import. The URN is known always, and is here for the dependency.
        self.namespace = namespace.urn.apply(lambda _: platform["namespace"])
        self.trusted = DispatchTrust(
            f"{name}-trust",
            account_id=args["account_id"],
            namespace=self.namespace,
            trusted=platform["trusted"],
            opts=pulumi.ResourceOptions(parent=self),
        ).trusted
        self.worker_bindings = [
            {"type": "dispatch_namespace", "name": platform["binding"], "namespace": self.namespace}
        ]
        self.register_outputs({})


def _inputs(args: DispatchPlatformArgs) -> dict[str, Any]:
    platform = args["platform"]
    inputs: dict[str, Any] = {
        "accountId": args["account_id"],
        "production": args["production"],
        "scriptName": args["script_name"],
        "namespace": platform["namespace"],
        "trusted": platform["trusted"],
        "binding": platform["binding"],
        "servicesVariable": platform["services_variable"],
        "namespaceVariable": platform["namespace_variable"],
        "services": [_service_inputs(service) for service in platform["services"]],
        "deployOrder": [service["key"] for service in platform["services"]],
    }
    if "deploy" in platform:
        inputs["deploy"] = platform["deploy"]
    return inputs


def _service_inputs(service: ServiceArgs) -> dict[str, Any]:
    return {
        "key": service["key"],
        "kind": service["kind"],
        "main": service["main"],
        "compatibilityDate": service["compatibility_date"],
        "host": service["host"],
        "zone": service["zone"],
        "bindings": [{"binding": binding, "service": key} for binding, key in service["bindings"].items()],
    }
