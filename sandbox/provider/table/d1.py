"""D1 databases."""

from sandbox.provider.schema import (
    Call,
    Kind,
    Replaces,
    Resource,
    a_list,
    an_object,
    computed,
    in_path,
    optional,
    required,
)

DATABASES = "/accounts/{accountId}/d1/database"

DATABASE = Resource(
    found_by=("name",),
    schema_version=None,
    properties={
        "id": computed(Kind.TEXT, api="", keep=True),
        "uuid": computed(Kind.TEXT, keep=True),
        "accountId": in_path(),
        "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "jurisdiction": optional(Kind.TEXT, replaces=Replaces.ALWAYS, values=("eu", "fedramp", "us")),
        "primaryLocationHint": optional(
            Kind.TEXT,
            replaces=Replaces.ALWAYS,
            refreshed=False,
            values=("wnam", "enam", "weur", "eeur", "apac", "oc"),
        ),
        "readReplication": optional(an_object(mode=required(Kind.TEXT, values=("auto", "disabled")))),
        "fields": optional(a_list(Kind.TEXT), api=""),
        "createdAt": computed(Kind.TIME),
        "fileSize": computed(Kind.NUMBER),
        "numTables": computed(Kind.NUMBER),
        "version": computed(Kind.TEXT),
    },
    create=Call(method="POST", path=DATABASES),
    read=Call(method="GET", path=DATABASES + "/{uuid}"),
    update=Call(method="PUT", path=DATABASES + "/{uuid}"),
    delete=Call(method="DELETE", path=DATABASES + "/{uuid}"),
    id_from="uuid",
    import_id="account_id=accountId/database_id=uuid",
)

TYPES = {"cloudflare:index/d1Database:D1Database": DATABASE}
