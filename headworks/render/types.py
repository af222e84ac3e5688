"""The types of what a Worker finds in `env`, in the shape in which `wrangler types --include-runtime=false` writes them.

Variables are `string`, as with `--strict-vars=false`: the file is the same for all environments that bind the same.
"""

import json
from pathlib import PurePosixPath

from headworks.outputs.workers import BindingOutput, CompanionOutput

_TYPES = {
    "kv_namespace": "KVNamespace",
    "r2_bucket": "R2Bucket",
    "d1": "D1Database",
    "queue": "Queue",
    "hyperdrive": "Hyperdrive",
    "service": "Fetcher",
    "dispatch_namespace": "DispatchNamespace",
    "ratelimit": "RateLimit",
    "plain_text": "string",
    "secret": "string",
}
"""Type of a binding → its type in the runtime; the two that are generic are below."""

_TEXTS = {"plain_text", "secret"}


def types(deployed: CompanionOutput, *, main: str | None) -> str:
    """The declarations; `main` is the path of the entry point from the file's folder."""
    module = _module(main) if main else None
    lines = [
        "/* eslint-disable */",
        "// Written by `headworks render` from the outputs of a stack. The runtime's own types: @cloudflare/workers-types.",
        "declare namespace Cloudflare {",
        *_global_props(deployed, module),
        "\tinterface Env {",
        *(f"\t\t{each.name}: {_type(each, module)};" for each in deployed.bindings),
        "\t}",
        "}",
        "interface Env extends Cloudflare.Env {}",
    ]
    texts = [json.dumps(each.name) for each in deployed.bindings if each.type in _TEXTS]
    if "nodejs_compat" in deployed.worker.compatibility_flags and texts:
        lines += [
            "declare namespace NodeJS {",
            f"\tinterface ProcessEnv extends Pick<Cloudflare.Env, {' | '.join(texts)}> {{}}",
            "}",
        ]
    return "\n".join(lines) + "\n"


def _module(main: str) -> str:
    path = PurePosixPath(main).with_suffix("").as_posix()
    return f'import("{path if path.startswith("../") else f"./{path}"}")'


def _global_props(deployed: CompanionOutput, module: str | None) -> list[str]:
    if module is None:
        return []
    classes = " | ".join(json.dumps(name) for name in _durable_classes(deployed))
    durable = [f"\t\tdurableNamespaces: {classes};"] if classes else []
    return ["\tinterface GlobalProps {", f"\t\tmainModule: typeof {module};", *durable, "\t}"]


def _durable_classes(deployed: CompanionOutput) -> list[str]:
    """Those that are bound, and those that the history has made, renamed, and not deleted."""
    classes = dict.fromkeys(
        str(each.class_name) for each in deployed.bindings if each.type == "durable_object_namespace"
    )
    for step in deployed.migrations.steps or ():
        classes |= dict.fromkeys((*(step.new_sqlite_classes or ()), *(step.new_classes or ())))
        for renamed in step.renamed_classes or ():
            classes.pop(renamed.from_, None)
            classes[renamed.to] = None
        for deleted in step.deleted_classes or ():
            classes.pop(deleted, None)
    return list(classes)


def _type(binding: BindingOutput, module: str | None) -> str:
    match binding.type:
        case "durable_object_namespace" if module:
            return f"DurableObjectNamespace<{module}.{binding.class_name}>"
        case "durable_object_namespace":
            return f"DurableObjectNamespace /* {binding.class_name} */"
        case "workflow" if module:
            return f"Workflow<Parameters<{module}.{binding.class_name}['run']>[0]['payload']>"
        case "workflow":
            return f"Workflow /* {binding.class_name} */"
        case "service":
            return f"{_TYPES[binding.type]} /* {binding.service} */"
        case _:
            return _TYPES[binding.type]
