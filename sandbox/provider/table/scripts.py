"""Scripts: code and everything that an upload says about it."""

from sandbox.provider.schema import (
    Kind,
    Property,
    Replaces,
    Resource,
    a_list,
    a_map,
    a_set,
    an_object,
    computed,
    either,
    in_path,
    optional,
    required,
)
from sandbox.provider.uploads import DELETE, PUT, special

BINDING_TYPES = (
    *("ai", "ai_search", "ai_search_namespace", "analytics_engine", "assets", "browser", "d1", "data_blob"),
    *("dispatch_namespace", "durable_object_namespace", "hyperdrive", "inherit", "images", "json", "kv_namespace"),
    *("media", "mtls_certificate", "plain_text", "pipelines", "queue", "ratelimit", "r2_bucket", "secret_text"),
    *("send_email", "service", "tail_consumer", "text_blob", "vectorize", "version_metadata", "secrets_store_secret"),
    *("secret_key", "workflow", "wasm_module", "vpc_service", "vpc_network"),
    *("artifacts", "flagship", "k2", "messaging"),
)
KEY_USAGES = ("encrypt", "decrypt", "sign", "verify", "deriveKey", "deriveBits", "wrapKey", "unwrapKey")
TEXT, FLAG = optional(Kind.TEXT), optional(Kind.FLAG)
NUMBER, WHOLE = optional(Kind.NUMBER), optional(Kind.WHOLE)
TEXTS = optional(a_list(Kind.TEXT))

BINDING = an_object(
    name=required(Kind.TEXT),
    type=required(Kind.TEXT, values=BINDING_TYPES),
    algorithm=optional(Kind.JSON),
    allowedDestinationAddresses=TEXTS,
    allowedSenderAddresses=TEXTS,
    appId=TEXT,
    bucketName=TEXT,
    certificateId=TEXT,
    className=either(Kind.TEXT),
    databaseId=TEXT,
    dataset=TEXT,
    destinationAddress=TEXT,
    dispatchNamespace=TEXT,
    entrypoint=TEXT,
    environment=TEXT,
    format=optional(Kind.TEXT, values=("raw", "pkcs8", "spki", "jwk")),
    id=TEXT,
    indexName=TEXT,
    instanceName=TEXT,
    json=optional(Kind.JSON),
    jurisdiction=optional(Kind.TEXT, values=("eu", "fedramp", "fedramp-high", "us")),
    keyBase64=optional(Kind.TEXT, secret=True, api="key_base64"),
    keyJwk=optional(Kind.JSON, secret=True),
    namespace=TEXT,
    namespaceId=either(Kind.TEXT),
    networkId=TEXT,
    oldName=TEXT,
    outbound=optional(
        an_object(params=TEXTS, worker=optional(an_object(environment=TEXT, service=TEXT))),
    ),
    part=TEXT,
    pipeline=TEXT,
    queueName=TEXT,
    retry=optional(an_object(maxAttempts=NUMBER, timeoutMs=NUMBER)),
    scriptName=TEXT,
    secretName=TEXT,
    service=TEXT,
    serviceId=TEXT,
    simple=optional(
        an_object(limit=required(Kind.NUMBER), period=required(Kind.WHOLE), mitigationTimeout=NUMBER),
    ),
    storeId=TEXT,
    stream=TEXT,
    text=optional(Kind.TEXT, secret=True),
    tunnelId=TEXT,
    usages=optional(a_set(Property(kind=Kind.TEXT, values=KEY_USAGES))),
    versionId=TEXT,
    workflowName=TEXT,
)

RENAMED = optional(a_list(an_object(**{"from": TEXT, "to": TEXT})))
TRANSFERRED = optional(a_list(an_object(**{"from": TEXT, "fromScript": TEXT, "to": TEXT})))
MIGRATION = {
    "deletedClasses": TEXTS,
    "newClasses": TEXTS,
    "newSqliteClasses": TEXTS,
    "renamedClasses": RENAMED,
    "transferredClasses": TRANSFERRED,
}
PERSIST = either(Kind.FLAG, default=True)
POLICIES = ("accept", "authenticated")
"""Whose trace context is believed."""
OBSERVABILITY = an_object(
    enabled=required(Kind.FLAG),
    headSamplingRate=NUMBER,
    issues=optional(an_object(enabled=FLAG)),
    logs=optional(
        an_object(
            enabled=required(Kind.FLAG),
            invocationLogs=required(Kind.FLAG),
            destinations=TEXTS,
            headSamplingRate=NUMBER,
            persist=PERSIST,
        )
    ),
    traces=optional(
        an_object(
            destinations=TEXTS,
            enabled=FLAG,
            headSamplingRate=NUMBER,
            persist=PERSIST,
            propagationPolicy=either(Kind.TEXT, keep=True, values=POLICIES),
        )
    ),
)
ASSETS = an_object(
    assetManifestSha256=computed(Kind.TEXT, api=""),
    config=optional(
        an_object(
            basePath=TEXT,
            headers=optional(Kind.TEXT, api="_headers"),
            htmlHandling=optional(
                Kind.TEXT, values=("auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none")
            ),
            notFoundHandling=optional(Kind.TEXT, values=("none", "404-page", "single-page-application")),
            redirects=optional(Kind.TEXT, api="_redirects"),
            runWorkerFirst=optional(Kind.ANY),
            serveDirectly=optional(Kind.FLAG, deprecated="This attribute is deprecated."),
        )
    ),
    directory=optional(Kind.TEXT, api="", excludes="jwt"),
    jwt=optional(Kind.TEXT, secret=True),
)
PLACEMENT = an_object(
    mode=optional(Kind.TEXT, values=("smart", "targeted")),
    lastAnalyzedAt=computed(Kind.TIME),
    status=computed(Kind.TEXT),
    region=either(Kind.TEXT),
    hostname=either(Kind.TEXT),
    host=either(Kind.TEXT),
    targets=either(
        a_list(an_object(region=either(Kind.TEXT), hostname=either(Kind.TEXT), host=either(Kind.TEXT))), api="target"
    ),
)

OFF = either(Kind.FLAG, default=False)
ANNOTATIONS = an_object(
    workersMessage=optional(Kind.TEXT, api="workers/message"),
    workersTag=optional(Kind.TEXT, api="workers/tag"),
    workersTriggeredBy=computed(Kind.TEXT, api="workers/triggered_by"),
)
CACHE_OPTIONS = an_object(enabled=OFF, crossVersionCache=OFF)
PACKAGE = an_object(
    name=required(Kind.TEXT),
    packageJsonVersion=required(Kind.TEXT, api="packageJsonVersion"),
    installedVersion=required(Kind.TEXT, api="installedVersion"),
)

PROPERTIES = {
    "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
    "scriptName": in_path(),
    "accountId": in_path(),
    "content": optional(Kind.TEXT, api=""),
    "contentFile": optional(Kind.TEXT, api=""),
    "contentSha256": optional(Kind.TEXT, api=""),
    "contentType": optional(
        Kind.TEXT,
        api="",
        values=(
            *("application/javascript+module", "application/javascript"),
            *("text/javascript+module", "text/javascript", "text/x-python"),
        ),
    ),
    "files": optional(
        a_map(an_object(contentType=required(Kind.TEXT), contentBase64=TEXT, contentFile=TEXT, contentSha256=TEXT)),
        api="",
    ),
    "bindingsInherit": optional(Kind.TEXT, api="", values=("strict",)),
    "force": optional(Kind.FLAG, api=""),
    "annotations": either(ANNOTATIONS),
    "assets": optional(ASSETS),
    "bindings": either(a_list(BINDING)),
    "bodyPart": TEXT,
    "cacheOptions": optional(CACHE_OPTIONS),
    "compatibilityDate": either(Kind.TEXT, default=""),
    "compatibilityFlags": either(a_set(Kind.TEXT)),
    "exports": optional(
        a_map(an_object(type=required(Kind.TEXT), cache=optional(an_object(enabled=required(Kind.FLAG)))))
    ),
    "keepAssets": FLAG,
    "keepBindings": optional(a_set(Kind.TEXT)),
    "limits": optional(an_object(cpuMs=WHOLE, subrequests=WHOLE)),
    "logpush": either(Kind.FLAG, default=False),
    "mainModule": TEXT,
    "migrations": optional(
        an_object(**MIGRATION, newTag=TEXT, oldTag=TEXT, steps=optional(a_list(an_object(**MIGRATION)))),
    ),
    "observability": optional(OBSERVABILITY),
    "packageDependencies": optional(a_list(PACKAGE)),
    "placement": either(PLACEMENT),
    "tailConsumers": either(a_set(an_object(service=required(Kind.TEXT), environment=TEXT, namespace=TEXT))),
    "usageModel": either(Kind.TEXT, default="standard", values=("standard", "bundled", "unbound")),
    "createdOn": computed(Kind.TIME, keep=True),
    "etag": computed(Kind.TEXT),
    "hasAssets": computed(Kind.FLAG),
    "hasModules": computed(Kind.FLAG),
    "lastDeployedFrom": computed(Kind.TEXT),
    "migrationTag": computed(Kind.TEXT),
    "modifiedOn": computed(Kind.TIME),
    "placementMode": computed(Kind.TEXT),
    "placementStatus": computed(Kind.TEXT),
    "startupTimeMs": computed(Kind.NUMBER),
    "handlers": computed(a_list(Kind.TEXT)),
    "namedHandlers": computed(
        a_list(an_object(handlers=computed(a_list(Kind.TEXT)), name=computed(Kind.TEXT))),
    ),
}

SCRIPT = Resource(
    properties=PROPERTIES,
    create=PUT,
    update=PUT,
    delete=DELETE,
    id_from="scriptName",
    import_id="account_id=accountId/script_name=scriptName",
    special=special(PROPERTIES),
)

TYPES = {"cloudflare:index/workersScript:WorkersScript": SCRIPT}
