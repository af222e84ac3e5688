import json
import os
import re

import pytest

from headworks.lint_runbook.lint import ALL_RULES

RUNBOOK = """\
# The shop goes live

Ask for a token with the template "Shop Deployer", and for Workers Paid ($9 a month).

```toml
# wrangler.toml
name = "shop"
main = "src/shop.ts"

[[kv_namespaces]]
binding = "CARTS"
id = "0f2ac74b498b48028cb68387c421e279"

[[queues.consumers]]
queue = "orders"
dead_letter_queue = "orders-dead"

[env.production]
usage_model = "bundled"
```

```bash
# ids come from `wrangler kv:namespace list`
wrangler queues create orders
wrangler publish --env production
curl https://shop.example/orders?state=new&limit=3
wrangler tail --env production --status success | jq .Logs
```

Go back with `wrangler rollback`. On call: [Pager/Phone].
"""
EXPECTED = [
    (3, 36, "token-template"),
    (3, 74, "plan-price"),
    (16, 1, "dead-letters-unread"),
    (16, 1, "names-differ"),
    (18, 1, "bindings-not-inherited"),
    (19, 1, "configuration-unknown-key"),
    (23, 18, "wrangler-unknown-command"),
    (25, 1, "wrangler-unknown-command"),
    (26, 43, "url-unquoted-ampersand"),
    (27, 32, "wrangler-unknown-value"),
    (27, 54, "tail-unknown-field"),
    (30, 15, "environment-missing"),
    (30, 15, "rollback-leaves-data"),
    (30, 44, "placeholder-contact"),
]


@pytest.fixture
def runbook(tmp_path):
    file = tmp_path / "going live.md"
    file.write_text(RUNBOOK)
    return file


def test_each_defect_of_a_runbook_is_told_with_its_place(headworks, runbook):
    answer = headworks("lint-runbook", str(runbook))
    assert answer.returncode == 1
    told = re.findall(r"^.*going live\.md:(\d+):(\d+): \w+ ([\w-]+): \S", answer.stdout, re.MULTILINE)
    assert [(int(line), int(column), rule) for line, column, rule in told] == EXPECTED
    assert "    Instead: wrangler deploy --env production\n" in answer.stdout
    assert answer.stdout.endswith("11 errors, 1 warning, 2 notes in 1 file.\n")


def test_programs_get_the_same_as_people(headworks, runbook):
    answer = headworks("lint-runbook", str(runbook), "--json")
    assert answer.returncode == 1
    document = json.loads(answer.stdout)
    assert [(each["line"], each["column"], each["rule"]) for each in document["findings"]] == EXPECTED
    assert all(each["reason"] and each["consequence"] and each["instead"] for each in document["findings"])
    assert document["not_checked"] == []


def test_code_scanning_gets_each_finding_with_its_rule(headworks, runbook):
    answer = headworks("lint-runbook", str(runbook), "--sarif")
    assert answer.returncode == 1
    [run] = json.loads(answer.stdout)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.id for rule in ALL_RULES]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    assert [
        (region["startLine"], region["startColumn"], rules[result["ruleIndex"]]["id"])
        for region, result in zip(regions, run["results"], strict=True)
    ] == EXPECTED
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]}
    assert all(re.fullmatch(r"(?:file://)?[\w./%-]+", uri) for uri in uris)


def test_a_runbook_without_defects_is_told_to_be_so(headworks, tmp_path):
    file = tmp_path / "a.md"
    file.write_text("# Steps\n\n```sh\nwrangler deploy\n```\n")
    answer = headworks("lint-runbook", str(file), str(file))
    assert (answer.returncode, answer.stdout) == (0, "Nothing found in 1 file.\n")


@pytest.mark.parametrize("content", [None, b"caf\xe9"])
def test_a_file_that_cannot_be_read_is_no_file_without_findings(headworks, runbook, tmp_path, content):
    file = tmp_path / "other.md"
    if content:
        file.write_bytes(content)
    answer = headworks("lint-runbook", str(runbook), str(file))
    assert (answer.returncode, answer.stdout) == (2, "")
    assert str(file) in answer.stderr


def test_two_formats_at_once_are_refused(headworks, runbook):
    assert headworks("lint-runbook", str(runbook), "--json", "--sarif").returncode == 2


def test_without_bash_it_says_what_nobody_checked(headworks, tmp_path):
    file = tmp_path / "a.md"
    file.write_text("```sh\nif true\n```\n")
    answer = headworks("lint-runbook", str(file), PATH=os.devnull)
    assert answer.returncode == 0
    assert "shell-syntax" in answer.stderr
    assert json.loads(headworks("lint-runbook", str(file), "--json", PATH=os.devnull).stdout)["not_checked"]
    assert headworks("lint-runbook", str(file)).returncode == 1
