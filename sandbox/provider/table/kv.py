"""KV namespaces and their values."""

from sandbox.provider.schema import Call, Kind, Resource, computed, in_path, required

NAMESPACE = Resource(
    properties={
        "id": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "title": required(Kind.TEXT),
        "supportsUrlEncoding": computed(Kind.FLAG),
    },
    create=Call(method="POST", path="/accounts/{accountId}/storage/kv/namespaces"),
    read=Call(method="GET", path="/accounts/{accountId}/storage/kv/namespaces/{id}"),
    update=Call(method="PUT", path="/accounts/{accountId}/storage/kv/namespaces/{id}"),
    delete=Call(method="DELETE", path="/accounts/{accountId}/storage/kv/namespaces/{id}"),
    import_id="account_id=accountId/namespace_id=id",
)

TYPES = {"cloudflare:index/workersKvNamespace:WorkersKvNamespace": NAMESPACE}
