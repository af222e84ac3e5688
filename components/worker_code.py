"""A Worker's script: its code, its settings, and everything that is bound to it."""

import hashlib
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, NotRequired, TypedDict

import pulumi
from pydantic.alias_generators import to_camel

from components.cloudflare import Binding, Observability, WorkersDeployment, WorkersScript, WorkersScriptSubdomain
from components.component import Component
from components.protection import stateful


class ObservabilityArgs(TypedDict):
    enabled: bool
    head_sampling_rate: float
    """From 0 to 1."""
    invocation_logs: bool


class BundleArgs(TypedDict):
    """What the stack uploads when it owns the code."""

    main: str
    """Path of the built bundle, one ES module, relative to the program; its last part names the module."""
    content: str


class WorkerCodeArgs(TypedDict):
    account_id: str
    script_name: str
    """The physical name. Changing it makes another script, with Durable Objects that are empty."""
    production: bool
    owner: str
    """Who uploads the code: `pulumi` or `wrangler`."""
    bundle: NotRequired[BundleArgs]
    """Present when `owner` is `pulumi`."""
    main: NotRequired[str]
    """The entry point that wrangler builds from, relative to the program, when `owner` is `wrangler`."""
    compatibility_date: str
    compatibility_flags: Sequence[str]
    bindings: Sequence[Binding]
    observability: ObservabilityArgs
    logpush: bool
    cpu_ms: NotRequired[int]
    """Milliseconds of processor time that one request may use."""
    workers_dev: bool
    """Whether the script answers on workers.dev."""
    preview_urls: bool
    ledger_annotation: NotRequired[pulumi.Input[str]]
    """Of the migration ledger, on whose classes the bindings depend: the upload waits for it, and records it."""
    tail_consumers: NotRequired[Sequence[pulumi.Input[str]]]
    """Names of the scripts that get the logs, as outputs of their uploads."""
    rollback_to: NotRequired[str]
    """Id of an earlier version that gets all requests (R75). Until it is taken out nothing is uploaded; afterwards the next upload
    gets them, so it is taken out together with the correction: alone it would leave them where they are."""


_IDENTITY = frozenset({"account_id", "script_name"})
"""The inputs of a script that are not uploaded but say which script it is."""


class WorkerCode(Component):
    """The script of a Worker, when the stack owns the code; else only the evidence of what wrangler is to upload.

    It sends no `migrations` (the ledger does) and no secret value. It builds nothing: the bundle is there already.
    """

    script_name: pulumi.Output[str]
    """Known once the script is uploaded."""

    def __init__(self, name: str, args: WorkerCodeArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("headworks:index:WorkerCode", name, _inputs(args), opts)
        if "bundle" in args:
            self.script_name = self._uploaded(name, args, _upload(args, args["bundle"]))
        else:
            self.script_name = pulumi.Output.from_input(args["script_name"])
        self.register_outputs({})

    def _uploaded(self, name: str, args: WorkerCodeArgs, upload: dict[str, Any]) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        options = stateful(self, production=args["production"]) if _owns_durable_objects(args) else child
        if "rollback_to" in args:
            # An upload would get all requests at once. And a refresh finds the earlier version's code and settings, which the next
            # up would otherwise "repair".
            held_back = pulumi.ResourceOptions(ignore_changes=sorted(upload.keys() - _IDENTITY))
            options = pulumi.ResourceOptions.merge(options, held_back)
        script = WorkersScript(f"{name}-script", **upload, opts=options)
        WorkersScriptSubdomain(
            f"{name}-subdomain",
            account_id=args["account_id"],
            script_name=script.script_name,
            enabled=args["workers_dev"],
            previews_enabled=args["preview_urls"],  # unsaid, it follows a default of the account
            opts=child,
        )
        if "rollback_to" in args:
            ledger = pulumi.Output.from_input(args.get("ledger_annotation", "no ledger"))
            WorkersDeployment(
                f"{name}-rollback",
                account_id=args["account_id"],
                script_name=script.script_name,
                strategy="percentage",
                versions=[{"version_id": args["rollback_to"], "percentage": 100}],
                # The ledger of migrations uploads, too, and with another message the deployment is made again.
                annotations={"workers_message": ledger.apply("Rolled back at {}".format)},
                opts=child,
            )
        return script.script_name


def _upload(args: WorkerCodeArgs, bundle: BundleArgs) -> dict[str, Any]:
    """The script's inputs. Everything that a refresh would otherwise fill in is said, or each refresh would be followed by an upload.

    `placement` is not: the provider sends an empty metadata part for it.
    """
    upload: dict[str, Any] = {
        "account_id": args["account_id"],
        "script_name": args["script_name"],
        "content": bundle["content"],
        "main_module": PurePosixPath(bundle["main"]).name,
        "compatibility_date": args["compatibility_date"],
        "compatibility_flags": sorted(args["compatibility_flags"]),
        "bindings": _sorted(args["bindings"]),
        "bindings_inherit": "strict",
        "keep_bindings": ["secret_key", "secret_text"],
        "observability": _observability(args["observability"]),
        "logpush": args["logpush"],
        "usage_model": "standard",
    }
    if "cpu_ms" in args:
        upload["limits"] = {"cpu_ms": args["cpu_ms"]}
    if consumers := args.get("tail_consumers"):
        upload["tail_consumers"] = [{"service": consumer} for consumer in consumers]
    if "ledger_annotation" in args:
        upload["annotations"] = {"workers_tag": args["ledger_annotation"]}
    return upload


def _sorted(bindings: Sequence[Binding]) -> list[Binding]:
    """One order for one set of bindings: the provider takes another order for a change."""
    return sorted(bindings, key=lambda binding: str(binding["name"]))


def _owns_durable_objects(args: WorkerCodeArgs) -> bool:
    return any(binding["type"] == "durable_object_namespace" for binding in args["bindings"])


def _observability(observability: ObservabilityArgs) -> Observability:
    rate = observability["head_sampling_rate"]
    return {
        "enabled": observability["enabled"],
        "head_sampling_rate": rate,
        "logs": {
            "enabled": observability["enabled"],
            "head_sampling_rate": rate,
            "invocation_logs": observability["invocation_logs"],
            "persist": True,
        },
        "traces": {"enabled": False, "head_sampling_rate": 1, "persist": True},
    }


def _inputs(args: WorkerCodeArgs) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        "accountId": args["account_id"],
        "scriptName": args["script_name"],
        "production": args["production"],
        "owner": args["owner"],
        "compatibilityDate": args["compatibility_date"],
        "compatibilityFlags": sorted(args["compatibility_flags"]),
        "bindings": [{"name": binding["name"], "type": binding["type"]} for binding in _sorted(args["bindings"])],
        "observability": {to_camel(key): value for key, value in args["observability"].items()},
        "logpush": args["logpush"],
        "workersDev": args["workers_dev"],
        "previewUrls": args["preview_urls"],
    }
    if "main" in args:
        inputs["main"] = args["main"]
    if "bundle" in args:
        inputs["main"] = args["bundle"]["main"]
        inputs["sha256"] = hashlib.sha256(args["bundle"]["content"].encode()).hexdigest()
    if "cpu_ms" in args:
        inputs["cpuMs"] = args["cpu_ms"]
    if "rollback_to" in args:
        inputs["rollbackTo"] = args["rollback_to"]
    return inputs
