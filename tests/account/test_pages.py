"""Pages projects: their settings for two environments, and their domains."""

import sqlite3
from typing import Any

import cloudflare
import pytest

ACCOUNT = "0123456789abcdef0123456789abcdef"
PROJECTS = f"/accounts/{ACCOUNT}/pages/projects"
SITE = f"{PROJECTS}/site"
SECRET = "planted-c4a83d10"
VARIABLES = {
    "STAGE": {"type": "plain_text", "value": "test"},
    "TOKEN": {"type": "secret_text", "value": SECRET},
}


def create(account: Any, **said: Any) -> Any:
    return account.ok("POST", PROJECTS, json={"name": "site", "production_branch": "main", **said})


def test_one_is_made_changed_listed_and_deleted_through_the_sdk(account: Any) -> None:
    projects = account.sdk.pages.projects
    made = projects.create(account_id=ACCOUNT, name="site", production_branch="main")
    assert (made.subdomain, made.domains, made.source) == ("site.pages.dev", ["site.pages.dev"], None)
    assert (made.deployment_configs.preview.fail_open, made.deployment_configs.production.env_vars) == (True, {})
    edited = projects.edit(
        "site",
        account_id=ACCOUNT,
        build_config={"build_command": "make", "destination_dir": "out"},
        deployment_configs={"production": {"kv_namespaces": {"KV": {"namespace_id": "1"}}, "env_vars": VARIABLES}},
    )
    assert edited.build_config.build_command == "make"
    assert edited.deployment_configs.production.kv_namespaces["KV"].namespace_id == "1"
    assert edited.deployment_configs.production.env_vars["TOKEN"].value == ""
    assert [project.name for project in account.sdk.pages.projects.list(account_id=ACCOUNT)] == ["site"]
    assert list(projects.deployments.list("site", account_id=ACCOUNT)) == []
    projects.delete("site", account_id=ACCOUNT)
    with pytest.raises(cloudflare.NotFoundError):
        projects.get("site", account_id=ACCOUNT)


def test_a_patch_merges_and_null_takes_away(account: Any) -> None:
    bindings = {"A": {"namespace_id": "1"}, "B": {"namespace_id": "2"}}
    create(account, deployment_configs={"preview": {"kv_namespaces": bindings, "env_vars": VARIABLES}})
    change = {"kv_namespaces": {"A": None, "C": {"namespace_id": "3"}}, "env_vars": {"STAGE": None}}
    preview = account.ok("PATCH", SITE, json={"deployment_configs": {"preview": change}})["deployment_configs"][
        "preview"
    ]
    assert preview["kv_namespaces"] == {"B": {"namespace_id": "2"}, "C": {"namespace_id": "3"}}
    assert preview["env_vars"] == {"TOKEN": {"type": "secret_text", "value": ""}}
    assert account.ok("GET", SITE)["production_branch"] == "main"


def test_no_secret_is_answered_or_stored_in_the_clear(account: Any) -> None:
    configuration = {"deployment_configs": {"production": {"env_vars": VARIABLES}}}
    made = account.http.post(PROJECTS, json={"name": "site", "production_branch": "main", **configuration})
    answers = [made, account.http.get(SITE), account.http.get(PROJECTS), account.http.patch(SITE, json=configuration)]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert not [answer.text for answer in answers if SECRET in answer.text]
    with sqlite3.connect(account.directory / "account.sqlite") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert connection.execute("SELECT key FROM content WHERE kind = 'pages_secret'").fetchall() == [
            ("production/TOKEN",)
        ]
    for file in account.directory.iterdir():
        assert SECRET.encode() not in file.read_bytes()


class TestDomains:
    def test_one_is_added_listed_and_deleted_through_the_sdk(self, account: Any) -> None:
        create(account)
        domains = account.sdk.pages.projects.domains
        made = domains.create("site", account_id=ACCOUNT, name="docs.rockhound.example")
        assert (made.name, made.status, made.zone_tag) == ("docs.rockhound.example", "pending", "")
        assert account.ok("GET", SITE)["domains"] == ["site.pages.dev", "docs.rockhound.example"]
        assert [d.id for d in domains.list("site", account_id=ACCOUNT)] == [made.id]
        domains.delete("docs.rockhound.example", account_id=ACCOUNT, project_name="site")
        assert account.ok("GET", f"{SITE}/domains") == []

    def test_it_is_active_once_its_name_points_to_the_project(self, account: Any) -> None:
        create(account)
        zone = account.zone()
        account.ok("POST", f"{SITE}/domains", json={"name": "docs.rockhound.example"})
        record = {"type": "CNAME", "name": "docs", "content": "site.pages.dev", "proxied": True, "ttl": 1}
        account.ok("POST", f"/zones/{zone}/dns_records", json=record)
        domain = account.sdk.pages.projects.domains.edit(
            "docs.rockhound.example", account_id=ACCOUNT, project_name="site"
        )
        assert (domain.status, domain.zone_tag) == ("active", zone)

    def test_it_belongs_to_one_project_and_goes_with_it(self, account: Any) -> None:
        create(account)
        create(account, name="other")
        account.ok("POST", f"{SITE}/domains", json={"name": "docs.rockhound.example"})
        body = {"name": "docs.rockhound.example"}
        assert account.code("POST", f"{PROJECTS}/other/domains", json=body) == (409, 8000018)
        account.ok("DELETE", SITE)
        account.ok("POST", f"{PROJECTS}/other/domains", json=body)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "", {"name": "site", "production_branch": "main"}, 409, 8000002),
        ("POST", "", {"name": "No Name", "production_branch": "main"}, 400, 8000000),
        ("POST", "", {"name": "new"}, 400, 8000000),
        ("POST", "", {"name": "new", "production_branch": "main", "branch": "x"}, 400, 8000000),
        ("POST", "", {"name": "new", "production_branch": "main", "source": {"type": "github"}}, 400, 8000011),
        ("PATCH", "/site", {"name": "other"}, 400, 8000000),
        ("PATCH", "/site", {"production_branch": None}, 400, 8000000),
        ("PATCH", "/site", {"deployment_configs": {"staging": {}}}, 400, 8000000),
        ("PATCH", "/site", {"deployment_configs": {"preview": {"kv_namespaces": {"KV": "1"}}}}, 400, 8000000),
        ("PATCH", "/site", {"deployment_configs": {"preview": {"env_vars": {"A": {"value": "x"}}}}}, 400, 8000000),
        ("PATCH", "/nope", {}, 404, 8000007),
        ("GET", "/nope", {}, 404, 8000007),
        ("DELETE", "/nope", {}, 404, 8000007),
        ("GET", "/nope/deployments", {}, 404, 8000007),
        ("GET", "/site/domains/a.example", {}, 404, 8000021),
        ("DELETE", "/site/domains/a.example", {}, 404, 8000021),
        ("POST", "/site/domains", {"name": "no host"}, 400, 8000000),
        ("POST", "/site/deployments", {}, 405, 7001),
    ],
)
def test_refusals(account: Any, method: str, path: str, body: Any, status: int, code: int) -> None:
    create(account)
    before = account.ok("GET", PROJECTS)
    assert account.code(method, f"{PROJECTS}{path}", json=body) == (status, code)
    assert account.ok("GET", PROJECTS) == before


def test_all_of_it_is_there_after_a_restart(start: Any) -> None:
    process, account = start()
    create(account, deployment_configs={"preview": {"env_vars": VARIABLES}})
    account.ok("POST", f"{SITE}/domains", json={"name": "docs.rockhound.example"})
    before = account.ok("GET", PROJECTS)
    process.terminate()
    process.wait()
    _, again = start()
    assert again.ok("GET", PROJECTS) == before
