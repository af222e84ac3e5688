"""Secrets of the repository and of its environments, by name."""

from headworks.checks.check import State


def test_secrets_are_looked_for_by_name(look, github):
    names = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID", *(f"OTHER_{number}" for number in range(120))]
    github.lists["/actions/secrets"] = (
        "secrets",
        [{"name": name, "created_at": "2026-01-10T10:59:22Z", "updated_at": "2026-02-10T10:59:22Z"} for name in names],
    )
    github.lists["/environments"] = ("environments", [])
    assert (
        look("ci-has-secrets", names=["CLOUDFLARE_API_TOKEN", "cloudflare_account_id", "OTHER_119"]).state is State.HELD
    )
    finding = look("ci-has-secrets", names=["CLOUDFLARE_API_TOKEN", "SLACK_WEBHOOK"])
    assert (finding.state, finding.says) == (
        State.MISSING,
        (
            "Neither the repository nor its environment production has a secret SLACK_WEBHOOK. "
            "Set it: `gh secret set SLACK_WEBHOOK --env production`."
        ),
    )


def test_an_environment_of_the_stacks_name_may_have_them_and_no_other(look, github):
    github.lists["/actions/secrets"] = ("secrets", [])
    github.lists["/environments"] = ("environments", [{"name": "staging"}])
    github.lists["/environments/staging/secrets"] = ("secrets", [{"name": "STAGING_TOKEN"}])
    assert look("ci-has-secrets", names=["STAGING_TOKEN"]).state is State.MISSING
    github.lists["/environments"] = ("environments", [{"name": "staging"}, {"name": "production"}])
    github.lists["/environments/production/secrets"] = ("secrets", [{"name": "CLOUDFLARE_API_TOKEN"}])
    assert look("ci-has-secrets", names=["CLOUDFLARE_API_TOKEN"]).state is State.HELD
