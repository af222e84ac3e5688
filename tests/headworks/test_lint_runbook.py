import re
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from headworks.lint_runbook import wrangler
from headworks.lint_runbook.documentation import table_of_rules
from headworks.lint_runbook.lint import ALL_RULES, lint
from headworks.lint_runbook.markdown import Markdown
from headworks.lint_runbook.rules.commands import GONE


def sh(code):
    return f"```bash\n{textwrap.dedent(code).strip()}\n```\n"


def block(language, code, above=""):
    return f"{above}\n\n```{language}\n{textwrap.dedent(code).strip()}\n```\n"


def toml(code):
    return block("toml", code, above="In `wrangler.toml`:")


def found(text, rule):
    return [
        (finding.defect.place.line, finding.defect.place.column) for finding in lint(text) if finding.rule.id == rule
    ]


def findings(text, rule):
    return [finding.defect for finding in lint(text) if finding.rule.id == rule]


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("npx wrangler kv:key list --binding=B", "npx wrangler kv key list --binding=B --remote"),
        ('wrangler kv:namespace create "SESSIONS"', 'wrangler kv namespace create "SESSIONS"'),
        ("wrangler secret:put KEY", "wrangler secret put KEY"),
        ("wrangler publish --env staging", "wrangler deploy --env staging"),
        ("wrangler queues stats orders", "wrangler queues info orders"),
        ("wrangler queues stats --queue orders", "wrangler queues info orders"),
        ("wrangler durable-objects delete Room", 'a migration with `deleted_classes = ["Room"]`'),
        ("wrangler r2 bucket lst", "wrangler r2 bucket list"),
        ("wrangler frobnicate", "wrangler --help"),
    ],
)
def test_the_working_command_is_said(command, instead):
    [defect] = findings(sh(command), "wrangler-unknown-command")
    assert defect.instead.startswith(instead)


@pytest.mark.parametrize("gone", GONE)
def test_what_is_called_gone_is_gone_and_what_replaces_it_exists(gone):
    assert gone not in wrangler.vocabulary().commands
    for command in re.findall(r"wrangler [a-z][a-z0-9 -]+?(?= [A-Z-]|,|$)", GONE[gone].instead):
        words = command.removeprefix("wrangler ")
        assert words in wrangler.vocabulary().commands, command


def test_the_environment_of_the_fix_is_the_one_of_the_step():
    [defect] = findings(sh("# roll back\nwrangler deploy --env blue"), "rollback-by-deploy")
    assert defect.instead == "wrangler rollback --env blue"


def test_places_are_those_of_the_document_in_lists_quotes_and_spans():
    text = "\n".join(  # noqa: FLY002 - a line of the document is a line here
        [
            "# Steps",  # 1
            "",
            "1. First",  # 3
            "   ```sh",
            "   echo one && \\",  # 5
            "     wrangler publish",
            "   ```",
            "",
            "> ```sh",
            "> wrangler publish",  # 10
            "> ```",
            "",
            "Say `a` and then",
            "again `a`, or `wrangler publish`.",  # 14
            "",
            "| do |",
            "|---|",
            "| `wrangler publish` |",  # 18
            "",
            "    wrangler publish",
        ]
    )
    assert found(text, "wrangler-unknown-command") == [(6, 6), (10, 3), (14, 16), (18, 4)]


def test_places_in_configurations_are_those_of_the_key():
    text = block(
        "jsonc",
        '{\n  // wrangler.jsonc\n  "main": "a",\n  "queues": {\n    "consumers": [\n      { "quene": "a" }\n    ]\n  }\n}',
    )
    assert found(text, "configuration-unknown-key") == [(9, 9)]
    assert found(block("json", '"usage_model": "unbound"'), "configuration-unknown-key") == [(4, 1)]
    assert found(
        toml('main = "a"\n[env.a]\n\n[[env.a.queues.consumers]]\nquene = "b"'), "configuration-unknown-key"
    ) == [(8, 1)]


def test_windows_line_ends_and_a_missing_last_one_change_no_place():
    text = "Hello\r\n\r\n```sh\r\nls\r\nwrangler publish"
    assert found(text, "wrangler-unknown-command") == [(5, 1)]


def test_steps_of_workflows_and_scripts_of_packages_are_commands_with_places():
    workflow = block(
        "yaml",
        "jobs:\n  a:\n    steps:\n      - run: |\n          npm ci\n          npx wrangler publish\n      - run: npx wrangler publish",
    )
    assert found(workflow, "wrangler-unknown-command") == [(9, 15), (10, 18)]
    package = block("json", '{\n  "scripts": {\n    "ship": "wrangler publish"\n  }\n}')
    assert found(package, "wrangler-unknown-command") == [(6, 14)]


def test_what_a_session_printed_is_not_run():
    assert not lint(block("console", "$ wrangler whoami\nwrangler publish (old)"))


def test_here_documents_and_quotes_hold_no_commands():
    assert not found(
        sh("cat <<'EOF' > notes\nwrangler publish\nEOF\necho 'wrangler publish'"), "wrangler-unknown-command"
    )


def test_all_configurations_of_a_runbook_are_parts_of_one():
    [defect] = findings(
        toml("[vars]\nA = 1") + toml('[[r2_buckets]]\nbinding = "B"') + toml('[env.live]\nname = "x"'),
        "bindings-not-inherited",
    )
    assert "r2_buckets (line 10), vars (line 4)" in defect.reason


def test_an_acceptance_holds_for_the_block_after_it_and_no_further():
    text = "<!-- lint-runbook: ignore wrangler-unknown-command until the move to wrangler 4 -->\n" + sh(
        "wrangler publish\nwrangler publish"
    )
    assert lint(text) == []
    assert found(text + sh("wrangler publish"), "wrangler-unknown-command") == [(7, 1)]


def test_an_acceptance_in_code_is_code():
    assert not found(
        "```md\n<!-- lint-runbook: ignore retired-product -->\n```\n`<!-- lint-runbook: ignore x y -->`\n",
        "unused-ignore",
    )


def test_placeholders_are_told_once_with_all_their_lines():
    text = sh("cd apps/<name>") + sh("ls <name>")
    [defect] = findings(text, "placeholder-in-command")
    assert "also in lines 5" in defect.reason


def test_shell_code_is_never_run(tmp_path):
    lint(sh(f"touch {tmp_path}/a\n$(touch {tmp_path}/b)\n: > {tmp_path}/c; exec touch {tmp_path}/d"))
    assert list(tmp_path.iterdir()) == []


def test_requirements_are_lines_of_the_runbooks(project_root):
    lines = {
        line["id"]
        for file in (project_root / "runbooks").glob("*.yaml")
        for line in YAML(typ="safe").load(file)["lines"]
    }
    assert {requirement for rule in ALL_RULES for requirement in rule.requirements} <= lines


def test_the_page_has_the_rules_as_they_are(project_root):
    assert table_of_rules() in (project_root / "docs" / "lint-runbook.md").read_text()


PIECES = st.sampled_from(
    [
        "```bash\n", "```json\n", "```toml\n", "```yaml\n", "```\n", "~~~sh\n", "> ", "1. ", "    ", "| a | b |\n|---|---|\n", "<!-- lint-runbook: ignore ", "-->", "`", "# ",
        "wrangler ", "kv:key ", "tail ", "--env ", "-c", "--status=", "curl ", "-d '", '"', "'", "$(", "${#a[@]}", "`", "<name>", "<<EOF\n", "&&", "|", "jq '.a'", "\\\n", "&b=", "https://a?b",
        '{"vars": ', '{"scripts": {"a": "wrangler publish"}}', '"jobs": ', "[env.a]\n", "[[queues.consumers]]\n", "a = {\n", "jobs:\n  a:\n    steps:\n      - run: wrangler\n", "]", "}", ",", "\t", "\r\n", "\x00", "\u2028", "é", "\ue000",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=5), max_size=40).map("".join))
def test_no_text_makes_it_fail_and_places_are_in_the_text(text):
    lines = Markdown(text).lines
    for finding in lint(text):
        assert 1 <= finding.defect.place.line <= len(lines)
        assert 1 <= finding.defect.place.column <= len(lines[finding.defect.place.line - 1]) + 1


@pytest.mark.parametrize("deep", ["$(" * 500, '"$(' * 500, "${" * 500, "> " * 200 + "`a`"])
def test_nesting_without_end_is_read(deep):
    lint(f"```sh\n{deep}\n```\n{deep}")


@pytest.mark.parametrize(
    ("language", "deep"),
    [("json", "[" * 5000), ("json", '{"a":' * 5000), ("toml", "a = " + "[" * 5000), ("yaml", "[" * 2000)],
)
def test_structures_nested_without_end_do_not_parse(language, deep):
    assert found(block(language, deep), "does-not-parse")
