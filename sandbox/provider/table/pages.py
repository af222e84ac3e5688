"""Pages projects and their domains."""

from dataclasses import replace
from typing import Any

from sandbox.provider.schema import (
    Call,
    Kind,
    Property,
    RefusedError,
    Replaces,
    Resource,
    Special,
    Values,
    a_list,
    a_map,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)
from sandbox.provider.values import UNKNOWN

PROJECTS = "/accounts/{accountId}/pages/projects"
DOMAINS = PROJECTS + "/{projectName}/domains"
NOT_USED = "All new projects now use the Standard usage model."
GRANULAR = "Use `production_deployments_enabled` and `preview_deployment_setting` for more granular control."

TEXT = optional(Kind.TEXT)
SAID, TOLD = computed(Kind.TEXT), either(Kind.TEXT)
FLAGGED, LISTED = either(Kind.FLAG), either(a_list(Kind.TEXT))


def _bound(**properties: Property) -> Property:
    """Bindings of one kind, by their names in the code."""
    return optional(a_map(an_object(**properties)))


BINDINGS: dict[str, Property] = {
    "aiBindings": _bound(projectId=required(Kind.TEXT)),
    "analyticsEngineDatasets": _bound(dataset=required(Kind.TEXT)),
    "browsers": _bound(),
    "d1Databases": optional(a_map(an_object(id=required(Kind.TEXT))), api="d1_databases"),
    "durableObjectNamespaces": _bound(namespaceId=required(Kind.TEXT)),
    "envVars": _bound(
        type=required(Kind.TEXT, values=("plain_text", "secret_text")), value=required(Kind.TEXT, secret=True)
    ),
    "hyperdriveBindings": _bound(id=required(Kind.TEXT)),
    "kvNamespaces": _bound(namespaceId=required(Kind.TEXT)),
    "mtlsCertificates": _bound(certificateId=required(Kind.TEXT)),
    "queueProducers": _bound(name=required(Kind.TEXT)),
    "r2Buckets": optional(a_map(an_object(name=required(Kind.TEXT), jurisdiction=TEXT)), api="r2_buckets"),
    "services": _bound(service=required(Kind.TEXT), entrypoint=TEXT, environment=TOLD),
    "vectorizeBindings": _bound(indexName=required(Kind.TEXT)),
}
DEPLOYMENT_CONFIG = an_object(
    alwaysUseLatestCompatibilityDate=either(Kind.FLAG, default=False, keep=True),
    buildImageMajorVersion=either(Kind.WHOLE, default=3, keep=True),
    compatibilityDate=either(Kind.TEXT, keep=True),
    compatibilityFlags=optional(a_list(Kind.TEXT)),
    failOpen=either(Kind.FLAG, default=True, keep=True),
    limits=optional(an_object(cpuMs=required(Kind.WHOLE))),
    placement=optional(an_object(mode=TEXT)),
    usageModel=either(Kind.TEXT, keep=True, values=("standard", "bundled", "unbound"), deprecated=NOT_USED),
    wranglerConfigHash=TEXT,
    **BINDINGS,
)
ENVIRONMENTS = ("preview", "production")
KEPT = ("canonicalDeployment", "latestDeployment", "deploymentConfigs", "buildConfig")
BRANCHES_AND_PATHS = ("pathExcludes", "pathIncludes", "previewBranchExcludes", "previewBranchIncludes")


def _plan(planned: Values, prior: Values | None, _inputs: Values) -> None:
    """What the API has once said stays, until the program says otherwise."""
    for name in KEPT if prior is not None else ():
        if planned.get(name) is UNKNOWN and (prior or {}).get(name) is not None:
            planned[name] = (prior or {})[name]


def _prepare(planned: Values, prior: Values) -> None:
    """Bindings that left the program are sent as an empty map: their absence would leave them."""
    for environment in ENVIRONMENTS:
        now, before = _config(planned, environment), _config(prior, environment)
        for name in BINDINGS if isinstance(now, dict) and isinstance(before, dict) else ():
            if now.get(name) is None and before.get(name):
                now[name] = {}


def _config(state: Values, environment: str) -> Any:
    configs = state.get("deploymentConfigs")
    return configs.get(environment) if isinstance(configs, dict) else None


def _settle(state: Values, before: Values, answer: Any) -> None:
    """Empty is null, save in what the program said; secret values are never answered."""
    answered = (answer.get("deployment_configs") or {}) if isinstance(answer, dict) else {}
    for environment in ENVIRONMENTS:
        if _config(before, environment) is UNKNOWN and answered.get(environment) is not None:
            detail = (
                f"the project was sent, and its answer has deploymentConfigs.{environment}, which the program leaves out: "
                f"the plugin cannot take it over. Declare {' and '.join(ENVIRONMENTS)}, or no deploymentConfigs at all."
            )
            raise RefusedError("Value Conversion Error", detail)
    if not any(value not in {None, ""} for value in (state.get("buildConfig") or {}).values()):
        state["buildConfig"] = None
    source: Values = (state.get("source") or {}).get("config") or {}
    for name in BRANCHES_AND_PATHS:
        source[name] = source.get(name) or None
    for environment in ENVIRONMENTS:
        config = _config(state, environment)
        if isinstance(config, dict):
            _settle_config(config, _config(before, environment))


def _settle_config(config: Values, before: Any) -> None:
    for name in (*BINDINGS, "compatibilityFlags"):
        config[name] = config.get(name) or None
    if not (config.get("placement") or {}).get("mode"):
        config["placement"] = None
    known = (before.get("envVars") or {}) if isinstance(before, dict) else {}
    for name, variable in (config.get("envVars") or {}).items():
        if variable.get("type") == "secret_text" and not variable.get("value") and name in known:
            variable["value"] = known[name].get("value")


BUILD_CONFIG = an_object(
    buildCaching=FLAGGED,
    buildCommand=TOLD,
    destinationDir=TOLD,
    rootDir=TOLD,
    webAnalyticsTag=TOLD,
    webAnalyticsToken=either(Kind.TEXT, secret=True),
)
REPOSITORY = an_object(
    deploymentsEnabled=either(Kind.FLAG, deprecated=GRANULAR),
    owner=TOLD,
    ownerId=TOLD,
    prCommentsEnabled=FLAGGED,
    previewDeploymentSetting=either(Kind.TEXT, values=("all", "none", "custom")),
    productionBranch=TOLD,
    productionDeploymentsEnabled=FLAGGED,
    repoId=TOLD,
    repoName=TOLD,
    **dict.fromkeys(BRANCHES_AND_PATHS, LISTED),
)
COMMIT = an_object(branch=SAID, commitDirty=computed(Kind.FLAG), commitHash=SAID, commitMessage=SAID)


def _answered(property_: Property) -> Property:
    """The same, where only the API says it."""
    return replace(
        computed(property_, secret=property_.secret),
        properties={name: _answered(inner) for name, inner in property_.properties.items()},
        of=property_.of and _answered(property_.of),
    )


STAGE = an_object(endedOn=computed(Kind.TIME), name=SAID, startedOn=computed(Kind.TIME), status=SAID)
DEPLOYMENT = computed(
    an_object(
        id=SAID,
        aliases=computed(a_list(Kind.TEXT)),
        buildConfig=_answered(BUILD_CONFIG),
        createdOn=computed(Kind.TIME),
        deploymentTrigger=computed(an_object(metadata=computed(COMMIT), type=SAID)),
        environment=SAID,
        envVars=_answered(BINDINGS["envVars"]),
        isSkipped=computed(Kind.FLAG),
        latestStage=computed(STAGE),
        modifiedOn=computed(Kind.TIME),
        projectId=SAID,
        projectName=SAID,
        shortId=SAID,
        source=_answered(an_object(config=REPOSITORY, type=TOLD)),
        stages=computed(a_list(STAGE)),
        url=SAID,
        usesFunctions=computed(Kind.FLAG),
    )
)

PROJECT = Resource(
    found_by_reading=True,
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "accountId": in_path(),
        "productionBranch": required(Kind.TEXT),
        "buildConfig": either(BUILD_CONFIG),
        "source": optional(
            an_object(type=required(Kind.TEXT, values=("github", "gitlab")), config=required(REPOSITORY)),
            must_be_known=True,
        ),
        "deploymentConfigs": either(an_object(**dict.fromkeys(ENVIRONMENTS, either(DEPLOYMENT_CONFIG)))),
        "createdOn": computed(Kind.TIME, keep=True),
        **dict.fromkeys(
            ("framework", "frameworkVersion", "previewScriptName", "productionScriptName", "subdomain"),
            computed(Kind.TEXT, keep=True),
        ),
        "usesFunctions": computed(Kind.FLAG, keep=True),
        "domains": computed(a_list(Kind.TEXT), keep=True),
        "canonicalDeployment": DEPLOYMENT,
        "latestDeployment": DEPLOYMENT,
    },
    create=Call(method="POST", path=PROJECTS),
    read=Call(method="GET", path=PROJECTS + "/{name}"),
    update=Call(method="PATCH", path=PROJECTS + "/{name}", only_changes=True),
    delete=Call(method="DELETE", path=PROJECTS + "/{name}"),
    id_from="name",
    import_id="account_id=accountId/project_name=name",
    special=Special(plan=_plan, before_update=_prepare, state=_settle),
)

DOMAIN = Resource(
    found_by_reading=True,
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "accountId": in_path(),
        "projectName": in_path(),
        "certificateAuthority": SAID,
        "createdOn": SAID,
        "domainId": computed(Kind.TEXT, api="domain_id"),
        "status": SAID,
        "zoneTag": SAID,
        "validationData": computed(an_object(errorMessage=SAID, method=SAID, status=SAID, txtName=SAID, txtValue=SAID)),
        "verificationData": computed(an_object(errorMessage=SAID, status=SAID)),
    },
    create=Call(method="POST", path=DOMAINS),
    read=Call(method="GET", path=DOMAINS + "/{name}"),
    delete=Call(method="DELETE", path=DOMAINS + "/{name}"),
    id_from="name",
    import_id="account_id=accountId/project_name=projectName/domain_name=name",
)

TYPES = {
    "cloudflare:index/pagesProject:PagesProject": PROJECT,
    "cloudflare:index/pagesDomain:PagesDomain": DOMAIN,
}
