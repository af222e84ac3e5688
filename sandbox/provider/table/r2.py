"""R2: buckets and their rules. Every call carries the jurisdiction, which is part of a bucket's identity."""

from sandbox.provider.schema import (
    Call,
    Kind,
    Replaces,
    Resource,
    Sends,
    Special,
    Values,
    computed,
    either,
    in_path,
    required,
)

JURISDICTIONS = ("default", "eu", "fedramp", "fedramp-high", "us")
JURISDICTION = either(Kind.TEXT, api="", default="default", values=("default", "eu", "fedramp"))
JURISDICTION_HEADER = {"cf-r2-jurisdiction": "jurisdiction"}


def _keep_first_location(planned: Values, prior: Values | None, _inputs: Values) -> None:
    """A bucket stays where it was made: another location in the program is no change."""
    if prior is None:
        return
    if prior.get("location") is not None:
        planned["location"] = prior["location"]
    planned["creationDate"] = prior.get("creationDate")


BUCKET = Resource(
    properties={
        "id": computed(Kind.TEXT, api="", keep=True, replaces=Replaces.ALWAYS),
        "name": required(Kind.TEXT, replaces=Replaces.ALWAYS),
        "accountId": in_path(),
        "location": either(
            Kind.TEXT, values=("apac", "eeur", "enam", "weur", "wnam", "oc"), replaces=Replaces.IF_CONFIGURED
        ),
        "storageClass": either(Kind.TEXT, default="Standard", values=("Standard", "InfrequentAccess")),
        "creationDate": computed(Kind.TEXT, keep=True),
        "jurisdiction": JURISDICTION,
    },
    create=Call(
        method="POST",
        path="/accounts/{accountId}/r2/buckets",
        names={"location": "locationHint", "storageClass": "storageClass"},
    ),
    read=Call(method="GET", path="/accounts/{accountId}/r2/buckets/{name}"),
    update=Call(
        method="PATCH",
        path="/accounts/{accountId}/r2/buckets/{name}",
        sends=Sends.NOTHING,
        headers={"cf-r2-storage-class": "storageClass"},
    ),
    delete=Call(method="DELETE", path="/accounts/{accountId}/r2/buckets/{name}"),
    id_from="name",
    import_id="account_id=accountId/bucket_name=name/jurisdiction=jurisdiction",
    headers=JURISDICTION_HEADER,
    special=Special(plan=_keep_first_location),
)

TYPES = {"cloudflare:index/r2Bucket:R2Bucket": BUCKET}
