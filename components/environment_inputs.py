"""What the policies know of an environment; no value of a secret."""

from collections.abc import Sequence
from typing import Any

from pydantic.alias_generators import to_camel

from components.arguments import plain
from headworks.facts import Facts
from headworks.model.environment import Companion, Environment, Names, WorkerShape


def environment_inputs(environment: Environment, facts: Facts) -> dict[str, Any]:
    main, *companions = environment.workers
    inputs = {
        "system": environment.system,
        "environment": environment.name,
        "stack": environment.stack,
        "production": environment.production,
        "accountId": environment.account_id,
        "jurisdiction": environment.jurisdiction,
        **_worker(main),
        "names": _names(environment.names),
        "declaredNames": _names(environment.declared_names),
        "shape": _shape(environment.shape),
        "siblings": [
            {
                "environment": sibling.name,
                "production": sibling.production,
                "accountId": sibling.account_id,
                "jurisdiction": sibling.jurisdiction,
                "names": _names(sibling.names),
                "shape": _shape(sibling.shape),
            }
            for sibling in environment.siblings
        ],
        "routesEnabled": environment.routes_enabled,
        "facts": {"account": _account(facts)},
    }
    optional: dict[str, list[Any]] = {
        "profiles": list(environment.profiles),
        "companions": [{"key": each.key} | _worker(each) for each in companions],
        "external": plain(environment.external),
    }
    return inputs | {key: value for key, value in optional.items() if value}


def _worker(declared: Companion) -> dict[str, Any]:
    worker = declared.worker
    return {
        "owner": worker.code.owner,
        "scriptName": worker.name,
        "vars": dict(worker.vars),
        "workersDev": worker.workers_dev,
        "previewUrls": worker.preview_urls,
    }


def _shape(shape: Sequence[WorkerShape]) -> list[dict[str, Any]]:
    return [{to_camel(word): value for word, value in each.model_dump(mode="json").items()} for each in shape]


def _names(names: Names) -> dict[str, list[str]]:
    return {to_camel(kind): list(of_kind) for kind, of_kind in names}


def _account(facts: Facts) -> dict[str, str]:
    stated = {"status": facts.account.status, "id": facts.account.value, "reason": facts.account.reason}
    return {key: value for key, value in stated.items() if value is not None}
