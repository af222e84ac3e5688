"""What an import leaves out of the state, as the official engine exports it."""

import pytest

from headworks.deploy.imports import complete

NAMESPACE = "cloudflare:index/workersForPlatformsDispatchNamespace:WorkersForPlatformsDispatchNamespace"


@pytest.fixture
def namespace():
    """As pulumi 3.272 and the provider 6.17 leave it: the name is in no input, and is null in what the provider keeps."""
    return {
        "type": NAMESPACE,
        "inputs": {"accountId": "a"},
        "outputs": {"namespaceName": "shop", "__pulumi_raw_state_delta": {"obj": {"ps": {"name": {"replace": {}}}}}},
    }


def test_the_name_of_a_namespace_is_written_into_the_state_and_nothing_says_otherwise_there(namespace):
    bucket = {"type": "cloudflare:index/r2Bucket:R2Bucket", "outputs": {"__pulumi_raw_state_delta": {"obj": {}}}}
    assert complete({"deployment": {"resources": [bucket, namespace]}})
    assert namespace["inputs"] == {"accountId": "a", "name": "shop"}
    assert namespace["outputs"] == {"name": "shop", "namespaceName": "shop"}
    assert "__pulumi_raw_state_delta" in bucket["outputs"]


def test_a_state_that_lacks_nothing_is_left_alone(namespace):
    namespace["inputs"]["name"] = "shop"
    assert not complete({"deployment": {"resources": [namespace]}})
    assert "__pulumi_raw_state_delta" in namespace["outputs"]
    assert not complete({"deployment": {}})
