"""What is taken for a secret, and that no message ever repeats one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.secret_shapes import secret_kept_as, shape_of, without_secrets

# Put together at run time, so that no scanner takes this file for a leak.
SECRETS = {
    "API key": "sk" + "-live-" + "0a" * 32,
    "GitHub token": "ghp" + "_planted0123456789abcdefghij",
    "GitLab token": "glpat" + "-planted0123456789ab",
    "Slack token": "xoxb" + "-0123456789-planted",
    "AWS access key": "AKIA" + "PLANTED012345678",
    "Google API key": "AIza" + "planted0123456789abcdefghijklmnopqr",
    "signed JSON Web Token": "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlLXBsYW50ZWQ",
    "private key": "-----BEGIN " + "EC PRIVATE KEY-----\nplanted\n-----END EC PRIVATE KEY-----",
    "password in a URL": "postgres://app:" + "planted@db.example/app",
}


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items(), ids=SECRETS)
def test_the_shape_is_known_and_hidden_wherever_it_stands(kind, secret):
    assert shape_of(f"a {secret} b") == kind
    hidden = without_secrets(f"a {secret} b")
    assert "[hidden]" in hidden
    assert "planted" not in hidden.lower()
    assert secret not in hidden


@pytest.mark.parametrize(
    "name",
    [
        "ADMIN_API_KEY",
        "stripeApiKey",
        "auth-token",
        "DB_PASSWORD",
        "SUPABASE_SERVICE_ROLE_KEY",
        "WEBHOOK_SECRET",
        "SECRET_KEY_STAGING",
        "API_TOKEN_2",
        "credentials",
        "JWT_SIGNING_KEY",
    ],
)
def test_a_name_alone_can_give_a_secret_away(name):
    assert secret_kept_as(name, "correct horse battery staple") == "has the name of a secret"
    assert secret_kept_as(name, "false") is None
    assert secret_kept_as(name, "") is None


@pytest.mark.parametrize(
    "name", ["TOKEN_TTL", "SECRET_NAME", "PUBLIC_KEY_URL", "AUTH_URL", "KEYBOARD", "ACCOUNT_ID", "SITE_KEY"]
)
def test_a_name_that_only_speaks_of_secrets_does_not(name):
    assert secret_kept_as(name, "https://example.com") is None


def test_a_long_random_number_counts_only_under_a_name_that_speaks_of_keys():
    number = "0123456789abcdef" * 2
    assert secret_kept_as("HMAC_SALT", number) == "has the name of a key and a long random value"
    assert secret_kept_as("ACCOUNT_ID", number) is None
    assert secret_kept_as("HMAC_SALT", "0" * 32) is None


@given(st.text(), st.sampled_from(sorted(SECRETS.values())), st.text())
def test_hiding_leaves_nothing_of_a_known_shape(before, secret, after):
    assert shape_of(without_secrets(f"{before} {secret} {after}")) is None


def test_no_message_repeats_a_secret_wherever_it_was_put(production):
    """Names and reasons too: a careless program may put a token anywhere, T28 put one into a key."""
    secret = SECRETS["API key"]
    production["api"]["vars"].update({"ADMIN_TOKEN": secret, secret: "x", f"DEBUG_{secret}": "true"})
    production["api"]["names"]["buckets"].append(secret)
    production["api"]["declaredNames"]["queues"].append(secret)
    production["api"]["siblings"][0]["names"]["buckets"].append(secret)
    production["api"]["facts"]["account"] = {"status": secret, "reason": secret}
    production["exports"]["consumer"].update(deadLetterQueue=secret)
    production["secrets"].update(declared=[secret], status="verified")
    production["objects"]["bindings"].append({"binding": secret, "className": secret})
    production["objects"].update(liveTag=secret, status="no", reason=secret)
    production["route"].update(pattern=f"{secret}.rockhound.app/*")
    production["script"]["bindings"].append({"type": "plain_text", "name": secret, "text": secret})
    for name in ("one", "two"):
        key = {
            "accountId": secret,
            "namespaceId": "n",
            "keyName": f"auth:{secret}",
            "value": secret,
            "metadata": secret,
        }
        production.add("WorkersKv", name, key)
    findings = production.judged()
    assert len({finding.policy for finding in findings}) >= 9
    for finding in findings:
        assert secret not in finding.message
        assert "0a0a" not in finding.message
