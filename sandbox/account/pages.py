"""Pages projects and their domains. Files are not uploaded here: a project never has a deployment."""

import secrets
from typing import Any

from sandbox.account import dns, fields, zones
from sandbox.account.envelope import Failure, Json
from sandbox.account.fields import Field, Fields, flag, listed, mapped, number, one_of, shaped, text
from sandbox.account.paging import Numbered
from sandbox.account.request import Call
from sandbox.account.router import Endpoint

PROJECT = "pages_project"
DOMAIN = "pages_domain"
"""Scope: id of the project."""
SECRET = "pages_secret"  # noqa: S105 - a kind, not a password
"""Content, encrypted. Scope: id of the project. Key: `<environment>/<variable>`."""
SUFFIX = "pages.dev"
ENVIRONMENTS = ("preview", "production")


def _naming(*required: str, **optional: Field) -> Field:
    """Bindings by name, each an object with these fields."""
    return Field(mapped(shaped(**{name: Field(text(least=1), required=True) for name in required}, **optional)))


_TEXT = Field(text())
BINDINGS = {
    "ai_bindings": _naming("project_id"),
    "analytics_engine_datasets": _naming("dataset"),
    "browsers": _naming(),
    "d1_databases": _naming("id"),
    "durable_object_namespaces": _naming("namespace_id"),
    "hyperdrive_bindings": _naming("id"),
    "kv_namespaces": _naming("namespace_id"),
    "mtls_certificates": _naming("certificate_id"),
    "queue_producers": _naming("name"),
    "r2_buckets": _naming("name", jurisdiction=_TEXT),
    "services": _naming("service", environment=Field(text(), default="production"), entrypoint=_TEXT),
    "vectorize_bindings": _naming("index_name"),
}
VARIABLE = {
    "type": Field(one_of("plain_text", "secret_text"), required=True),
    "value": Field(text(), required=True),
}
BUILD = {
    "build_caching": Field(flag),
    "build_command": _TEXT,
    "destination_dir": _TEXT,
    "root_dir": _TEXT,
    "web_analytics_tag": Field(text(), default=None),
    "web_analytics_token": Field(text(), default=None),
}

NO_PROJECT = Failure(
    404, 8000007, "Project not found. The specified project name does not match any of your existing projects."
)
EXISTS = Failure(409, 8000002, "A project with this name already exists. Choose a different project name.")
INVALID = Failure(400, 8000000, "The project is not valid: {reason}")
NO_GIT = Failure(400, 8000011, "source: this account has no installation of {type}; leave it out and upload directly.")
NO_DOMAIN = Failure(404, 8000021, "The domain {domain} is not one of this project.")
DOMAIN_EXISTS = Failure(409, 8000018, "The domain {domain} has already been added to a project.")


def create(call: Call) -> Json:
    said = _read(call, call.object(INVALID))
    if call.store.get(PROJECT, call.account, said["name"]):
        raise EXISTS.error()
    project = {"id": secrets.token_hex(16), "created_on": call.now}
    return _save(call, project, said)


def list_(call: Call) -> list[Json]:
    return [_shown(call, project) for project in call.store.all(PROJECT, call.account)]


def get(call: Call) -> Json:
    return _shown(call, _project(call))


def edit(call: Call) -> Json:
    """A merge patch: what is not said stays, null takes away."""
    project = _project(call)
    said = _read(call, _merged(project["said"], call.object(INVALID)))
    if said["name"] != project["said"]["name"]:
        raise INVALID.error(reason="name: a project keeps its name")
    return _save(call, {key: project[key] for key in ("id", "created_on")}, said)


def delete(call: Call) -> None:
    """Takes its domains along."""
    project = _project(call)
    for kind in (DOMAIN, SECRET):
        call.store.clear(kind, project["id"])
    call.store.delete(PROJECT, call.account, project["said"]["name"])


def list_deployments(call: Call) -> list[Json]:
    _project(call)
    return []


def add_domain(call: Call) -> Json:
    project = _project(call)
    name = fields.read(call.object(INVALID), {"name": Field(text(zones.DOMAIN.pattern), required=True)}, INVALID)[
        "name"
    ]
    if any(call.store.get(DOMAIN, other["id"], name) for other in call.store.all(PROJECT, call.account)):
        raise DOMAIN_EXISTS.error(domain=name)
    domain = {"id": secrets.token_hex(16), "name": name, "created_on": call.now}
    call.store.put(DOMAIN, project["id"], name, domain)
    return _domain_shown(call, project, domain)


def list_domains(call: Call) -> list[Json]:
    project = _project(call)
    return [_domain_shown(call, project, domain) for domain in call.store.all(DOMAIN, project["id"])]


def get_domain(call: Call) -> Json:
    """Also PATCH, which looks again: here it is looked at each time."""
    project = _project(call)
    return _domain_shown(call, project, _domain(call, project))


def delete_domain(call: Call) -> None:
    project = _project(call)
    call.store.delete(DOMAIN, project["id"], _domain(call, project)["name"])


def _fields(call: Call) -> Fields:
    configuration = {
        "always_use_latest_compatibility_date": Field(flag, default=False),
        "build_image_major_version": Field(number(1), default=3),
        "compatibility_date": Field(text(r"\d{4}-\d\d-\d\d"), default=call.now[:10]),
        "compatibility_flags": Field(listed(text()), default=[]),
        "env_vars": Field(mapped(shaped(**VARIABLE)), default={}),
        "fail_open": Field(flag, default=True),
        "limits": Field(shaped(cpu_ms=Field(number(1), required=True))),
        "placement": Field(shaped(mode=Field(text(), required=True))),
        "usage_model": Field(one_of("standard", "bundled", "unbound"), default="standard"),
        "wrangler_config_hash": _TEXT,
        **BINDINGS,
    }
    of_environments = {name: Field(shaped(**configuration), default={}) for name in ENVIRONMENTS}
    return {
        "name": Field(text(r"[a-z0-9]([a-z0-9-]{0,56}[a-z0-9])?"), required=True),
        "production_branch": Field(text(least=1), required=True),
        "build_config": Field(shaped(**BUILD), default={}),
        "deployment_configs": Field(shaped(**of_environments), default={}),
        "source": Field(
            shaped(type=Field(one_of("github", "gitlab"), required=True), config=Field(lambda value: value))
        ),
    }


def _read(call: Call, body: Any) -> Json:
    said = fields.read(body, _fields(call), INVALID)
    if source := said.get("source"):
        raise NO_GIT.error(type=source["type"])
    return said


def _merged(present: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    base = present if isinstance(present, dict) else {}
    merged = {key: _merged(base.get(key), value) for key, value in patch.items() if value is not None}
    return {key: value for key, value in base.items() if key not in patch} | merged


def _save(call: Call, project: Json, said: Json) -> Json:
    for environment, configuration in said["deployment_configs"].items():
        for name, variable in configuration["env_vars"].items():
            if variable["type"] == "secret_text" and variable["value"]:
                key = f"{environment}/{name}"
                call.store.write(SECRET, project["id"], key, call.vault.seal(variable["value"].encode()))
                variable["value"] = ""
    saved = project | {"said": said}
    call.store.put(PROJECT, call.account, said["name"], saved)
    return _shown(call, saved)


def _project(call: Call) -> Json:
    project = call.store.get(PROJECT, call.account, call.parameters["project_name"])
    if project is None:
        raise NO_PROJECT.error()
    return project


def _domain(call: Call, project: Json) -> Json:
    domain = call.store.get(DOMAIN, project["id"], call.parameters["domain_name"])
    if domain is None:
        raise NO_DOMAIN.error(domain=call.parameters["domain_name"])
    return domain


def _shown(call: Call, project: Json) -> Json:
    name = project["said"]["name"]
    custom = [domain["name"] for domain in call.store.all(DOMAIN, project["id"])]
    return {
        "id": project["id"],
        "created_on": project["created_on"],
        **project["said"],
        "source": None,
        "subdomain": f"{name}.{SUFFIX}",
        "domains": [f"{name}.{SUFFIX}", *custom],
        "framework": "",
        "framework_version": "",
        "production_script_name": f"pages-worker--{name}-production",
        "preview_script_name": f"pages-worker--{name}-preview",
        "uses_functions": False,
        "canonical_deployment": None,
        "latest_deployment": None,
    }


def _domain_shown(call: Call, project: Json, domain: Json) -> Json:
    """Active as soon as a zone of this account has a CNAME to the project."""
    zone = zones.of_hostname(call.store, call.account, domain["name"])
    target = f"{project['said']['name']}.{SUFFIX}"
    records = dns.at_host(call.store, zone["id"], domain["name"]) if zone else []
    pointed = any(record["type"] == "CNAME" and record["content"] == target for record in records)
    status = "active" if pointed else "pending"
    return {
        **domain,
        "domain_id": domain["id"],
        "status": status,
        "certificate_authority": "google",
        "validation_data": {"method": "http", "status": status},
        "verification_data": {"status": status},
        "zone_tag": zone["id"] if zone else "",
    }


_PROJECTS = "/accounts/{account_id}/pages/projects"
_PROJECT = f"{_PROJECTS}/{{project_name}}"
_DOMAIN = f"{_PROJECT}/domains/{{domain_name}}"

ENDPOINTS = (
    Endpoint("GET", _PROJECTS, list_, Numbered(size=10)),
    Endpoint("POST", _PROJECTS, create),
    Endpoint("GET", _PROJECT, get),
    Endpoint("PATCH", _PROJECT, edit),
    Endpoint("DELETE", _PROJECT, delete),
    Endpoint("GET", f"{_PROJECT}/deployments", list_deployments, Numbered(size=25)),
    Endpoint("GET", f"{_PROJECT}/domains", list_domains, Numbered(size=20)),
    Endpoint("POST", f"{_PROJECT}/domains", add_domain),
    Endpoint("GET", _DOMAIN, get_domain),
    Endpoint("PATCH", _DOMAIN, get_domain),
    Endpoint("DELETE", _DOMAIN, delete_domain),
)
