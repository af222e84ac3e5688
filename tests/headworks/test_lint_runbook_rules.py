import textwrap

import pytest

from headworks.lint_runbook.lint import ALL_RULES, lint


def sh(code):
    return f"```bash\n{textwrap.dedent(code).strip()}\n```\n"


def block(language, code, above=""):
    return f"{above}\n\n```{language}\n{textwrap.dedent(code).strip()}\n```\n"


def toml(code):
    return block("toml", code, above="In `wrangler.toml`:")


def rules_found(text):
    return {finding.rule.id for finding in lint(text)}


NAMESPACED = sh("npx wrangler deploy --dispatch-namespace tenants")
WITH_ENVIRONMENT = sh("wrangler deploy --env staging")

CASES = [
    ("wrangler-unknown-command", sh("wrangler kv:namespace list"), sh("wrangler kv namespace list")),
    ("wrangler-unknown-command", sh("npx wrangler publish"), sh("npx wrangler deploy")),
    (
        "wrangler-unknown-command",
        sh("pnpm exec wrangler queues stats orders"),
        sh("pnpm exec wrangler queues info orders"),
    ),
    (
        "wrangler-unknown-command",
        sh("wrangler r2 object list pictures"),
        sh("wrangler r2 object get pictures/a.png --remote"),
    ),
    ("wrangler-unknown-command", sh("wrangler queue list"), sh("wrangler queues list")),
    ("wrangler-unknown-command", "Look with `wrangler routes list`.\n", "Look with `wrangler triggers deploy`.\n"),
    (
        "wrangler-unknown-command",
        sh("# ids come from wrangler kv:namespace list"),
        sh("# have the right wrangler version at hand"),
    ),
    ("wrangler-unknown-command", sh("ID=$(wrangler kv:namespace list | head -1)"), sh("wrangler $COMMAND")),
    ("wrangler-unknown-flag", sh("wrangler deployments list --limit 5"), sh("wrangler deployments list --json")),
    (
        "wrangler-unknown-flag",
        sh("wrangler deploy --dispatchnamespace x"),
        sh("wrangler deploy --dispatchNamespace x --no-bundle"),
    ),
    (
        "wrangler-unknown-value",
        sh("wrangler tail --status failed"),
        sh("wrangler tail --status error --status=canceled"),
    ),
    ("wrangler-unknown-value", sh("wrangler tail --format=yaml"), sh("wrangler tail --format $FORMAT")),
    (
        "wrangler-superfluous-argument",
        sh("wrangler r2 object delete pictures a.png --remote"),
        sh("wrangler r2 object delete pictures/a.png --remote"),
    ),
    ("wrangler-superfluous-argument", sh("wrangler whoami me"), sh("wrangler versions deploy a@10% b@90%")),
    (
        "wrangler-local-storage",
        sh("wrangler kv key get a --binding B"),
        sh("wrangler kv key get a --binding B --remote"),
    ),
    (
        "wrangler-local-storage",
        sh("wrangler d1 execute shop --file a.sql"),
        sh("wrangler d1 execute shop --local --file a.sql"),
    ),
    (
        "wrangler-configuration-name",
        sh("wrangler dev --config wrangler.toml.local"),
        sh("wrangler dev --config wrangler.local.toml"),
    ),
    ("wrangler-configuration-name", sh("wrangler dev -c=wrangler.yaml"), sh("wrangler dev -c $FILE")),
    ("package-manager-deploy", "Then `cd app && pnpm deploy`.\n", "Then `cd app && pnpm run deploy`.\n"),
    ("rollback-by-deploy", sh("# Roll back\nwrangler deploy"), sh("# Roll back\nwrangler rollback")),
    (
        "rollback-by-deploy",
        sh("# the previous version again\n\nwrangler deploy\n# revert\nwrangler deploy"),
        sh("# Rollback\ngit checkout v1\nwrangler deploy"),
    ),
    ("rollback-leaves-data", sh("wrangler rollback"), "The data is not taken back.\n\n" + sh("wrangler rollback")),
    ("tail-in-namespace", NAMESPACED + sh("wrangler tail $tenant"), NAMESPACED + sh("wrangler tail dispatcher")),
    ("tail-in-namespace", NAMESPACED + sh("wrangler tail <tenant>"), sh("wrangler tail <tenant>")),
    (
        "deploy-outside-namespace",
        toml('dispatch_namespace = "tenants"') + sh("wrangler deploy"),
        toml('dispatch_namespace = "tenants"') + NAMESPACED,
    ),
    (
        "tail-unknown-field",
        sh("wrangler tail --format json | jq .Outcome"),
        sh("wrangler tail --format json | jq .outcome"),
    ),
    (
        "tail-unknown-field",
        sh("wrangler tail --format json | tee log | jq 'select(.status > 1)'"),
        sh("wrangler tail --format json | jq 'select(.wallTime > 1) | .logs[0].message'"),
    ),
    ("environment-missing", WITH_ENVIRONMENT + sh("wrangler tail"), WITH_ENVIRONMENT + sh("wrangler tail -e staging")),
    (
        "environment-missing",
        WITH_ENVIRONMENT + sh("wrangler secret put KEY"),
        sh("wrangler deploy\nwrangler secret put KEY"),
    ),
    (
        "environment-missing",
        WITH_ENVIRONMENT + sh("wrangler kv key list --binding B --remote"),
        WITH_ENVIRONMENT + sh("wrangler kv key list --namespace-id 1 --remote"),
    ),
    (
        "environment-missing",
        WITH_ENVIRONMENT + block("yaml", "jobs:\n  a:\n    steps:\n      - uses: cloudflare/wrangler-action@v3"),
        WITH_ENVIRONMENT
        + block(
            "yaml",
            "jobs:\n  a:\n    steps:\n      - uses: cloudflare/wrangler-action@v3\n        with: {environment: staging}",
        ),
    ),
    (
        "environment-not-declared",
        toml('name = "shop"') + WITH_ENVIRONMENT,
        toml('name = "shop"\n[env.staging]\nvars = {}') + WITH_ENVIRONMENT,
    ),
    (
        "environment-not-declared",
        toml('name = "shop"\n[env.prod]') + sh("wrangler tail -e production"),
        sh("wrangler tail -e production"),
    ),
    (
        "bindings-not-inherited",
        toml('[vars]\nA = 1\n[env.staging]\nroute = "a"'),
        toml("[vars]\nA = 1\n[env.staging.vars]\nA = 2"),
    ),
    (
        "bindings-not-inherited",
        toml('[[queues.producers]]\nqueue = "a"') + toml("[env.x]"),
        toml("logpush = true") + toml("[env.x]"),
    ),
    (
        "pull-request-deploys",
        block("yaml", "on: pull_request\njobs:\n  a:\n    steps:\n      - run: npx wrangler deploy"),
        block("yaml", "on: pull_request\njobs:\n  a:\n    steps:\n      - run: npx wrangler versions upload"),
    ),
    (
        "pull-request-deploys",
        block(
            "yaml", "jobs:\n  a:\n    if: github.event_name == 'pull_request'\n    steps:\n      - run: npm run deploy"
        ),
        block("yaml", "on: [push]\njobs:\n  a:\n    steps:\n      - run: npm run deploy"),
    ),
    ("does-not-parse", block("json", '{"a": 1,, "b": 2}'), block("jsonc", '{"a": 1, // one\n "b": ["//", 2,],}')),
    ("does-not-parse", block("toml", "a = {\n b = 1\n}"), block("toml", "a = {b = 1}")),
    ("does-not-parse", block("yaml", "a: [1\nb: 2"), block("yaml", "a: [1]\nb: 2")),
    ("does-not-parse", block("json", '"name": "shop"\n"main": 1'), block("json", '"name": "shop",\n"main": "a"')),
    ("configuration-unknown-key", toml('usage_model = "unbound"'), toml("[limits]\ncpu_ms = 50")),
    (
        "configuration-unknown-key",
        block("json", '{"kv_namespaces": [{"bindings": "A"}]}'),
        block("json", '{"kv_namespaces": [{"binding": "A"}]}'),
    ),
    ("configuration-unknown-key", toml("[env.a]\nkv_namespace = []"), toml("[env.a.vars]\nwhatever = 1")),
    (
        "configuration-unknown-key",
        block("json", '{"vrs": {}, "main": "a"}', above="wrangler.jsonc:"),
        block("json", '{"ok": true, "main": "a"}'),
    ),
    ("configuration-in-shell", sh("# wrangler.toml\n[vars]\nA = 1"), sh("[ -f a ] && A=1")),
    (
        "debug-in-production",
        toml('[env.production.vars]\nDEBUG_SQL = "true"'),
        toml('[env.production.vars]\nDEBUG_SQL = "false"'),
    ),
    (
        "debug-in-production",
        sh("export SKIP_AUTH=1\nwrangler deploy --env production"),
        sh("export SKIP_AUTH=1\nwrangler dev"),
    ),
    (
        "debug-in-production",
        toml('[env.production]\nvars = { LOG_LEVEL = "debug" }'),
        toml('[env.production.vars]\nLOG_LEVEL = "info"\n[env.staging.vars]\nLOG_LEVEL = "debug"'),
    ),
    (
        "dead-letters-unread",
        toml('[[queues.consumers]]\nqueue = "a"\ndead_letter_queue = "b"'),
        toml('[[queues.consumers]]\nqueue = "a"\ndead_letter_queue = "b"\n[[queues.consumers]]\nqueue = "b"'),
    ),
    (
        "names-differ",
        sh("wrangler r2 bucket create photos") + toml('[[r2_buckets]]\nbucket_name = "pictures"'),
        sh("wrangler r2 bucket create photos") + toml('[[r2_buckets]]\nbucket_name = "photos"'),
    ),
    (
        "names-differ",
        "| b |\n|---|\n| `{app}-photos` |\n\n" + sh("wrangler r2 bucket create photos"),
        "| b |\n|---|\n| `{app}-photos` |\n\n" + sh("wrangler r2 bucket create shop-photos"),
    ),
    (
        "jurisdiction-at-creation",
        toml('[[r2_buckets]]\nbucket_name = "a"\njurisdiction = "eu"'),
        sh("wrangler r2 bucket create a -J eu") + toml('[[r2_buckets]]\nbucket_name = "a"\njurisdiction = "eu"'),
    ),
    (
        "service-binding-in-namespace",
        toml('dispatch_namespace = "t"\nservices = [{binding = "A"}]'),
        toml('services = [{binding = "A", service = "a"}]\nmain = "a"'),
    ),
    ("shell-syntax", sh("if true; then\n  echo yes"), sh("if true; then\n  echo yes\nfi")),
    ("shell-syntax", sh("echo 'open"), block("console", "$ echo a\nb) (c\n$ echo <name>")),
    ("shell-dangling-operator", sh("make build && # and deploy"), sh("make build && # and deploy\nmake deploy")),
    ("url-unquoted-ampersand", sh("curl https://a.example/b?c=1&d=2"), sh('curl "https://a.example/b?c=1&d=2"')),
    ("url-unquoted-ampersand", sh("curl $HOST/b?c=<name>&d=2 -H x"), sh("curl https://a.example/b?c=1 & d=2 make")),
    ("base64-wraps", sh("B=$(cat a | base64)"), sh("B=$(base64 -w0 a); C=$(base64 a | tr -d '\\n'); base64 -d b")),
    ("length-of-string", sh('all="a b"\necho ${#all[@]}'), sh("all=(a b)\necho ${#all[@]}")),
    ("kill-by-pattern", sh("pkill -f 'wrangler tail'"), sh("kill $pid")),
    (
        "api-unknown-field",
        sh(
            "curl https://api.cloudflare.com/client/v4/accounts/$A/workers/dispatch/namespaces/n -d '{\"trusted\": true}'"
        ),
        sh(
            "curl https://api.cloudflare.com/client/v4/accounts/$A/workers/dispatch/namespaces/n -d '{\"trusted_workers\": true}'"
        ),
    ),
    (
        "body-does-not-parse",
        sh("curl $HOST -d '{\"a\": 1,}'"),
        sh('curl $HOST -d "{\\"a\\": \\"$B\\", \\"c\\": $(date +%s)}" && curl $HOST -d @body.json'),
    ),
    (
        "identity-by-header",
        sh("curl $HOST -H 'X-User-Id: 7'"),
        sh("curl $HOST -H 'X-User-Id: 7' -H \"Authorization: Bearer $T\""),
    ),
    (
        "secret-in-key",
        sh('wrangler kv key put "token:$API_TOKEN" 1 --remote'),
        sh('wrangler kv key put "user:$USER_ID" "$API_TOKEN" --remote'),
    ),
    ("secret-in-key", sh("wrangler kv:key put sk-live-1a2b x"), sh("wrangler kv:key put greeting x")),
    ("cname-to-workers-dev", "- Type: CNAME\n- Target: shop.workers.dev\n", "- Type: CNAME\n- Target: shop.example\n"),
    (
        "cname-to-workers-dev",
        block("dns", "api CNAME shop.acme.workers.dev"),
        "A CNAME is shown at https://shop.workers.dev/dns\n",
    ),
    (
        "token-template",
        'Make an API token.\nTake the template "Workers Superuser".\n',
        'Make an API token.\nTake the template "Edit Cloudflare Workers".\n',
    ),
    ("plan-price", "You need Workers Paid ($25 a month).\n", "You need Workers Paid ($5 a month).\n"),
    ("queue-creates-itself", "The queue is created automatically.\n", "The deployment creates the queue.\n"),
    ("queue-creates-itself", sh("# Queues are created automatically"), sh("# create the queues")),
    (
        "rollout-is-not-gradual",
        "The new version gradually replaces the old one.\n",
        "It rolls out gradually.\n\n" + sh("wrangler versions deploy a@10% b@90%"),
    ),
    (
        "variables-in-dashboard",
        "Set the variables in the dashboard.\n",
        "Set the variables in the dashboard, and `keep_vars` in the file.\n",
    ),
    ("trusted-mode-shares-cache", "Switch trusted mode on.\n", "Switch trusted mode on; no customer has code here.\n"),
    ("retired-product", "Move to Workers Unbound.\n", "Raise `limits.cpu_ms`.\n"),
    ("placeholder-contact", "| On call | [Pager/Phone] |\n", "See [Pager/Phone](contacts.md), and - [ ] tick.\n"),
    ("placeholder-contact", "Owner: TBD\n", "Owner: Ada\n"),
    (
        "placeholder-in-command",
        sh("cd apps/<name>"),
        sh("sort <in >out && cat <<EOF > a\n<b>\nEOF".replace("<b>", "b")),
    ),
    ("placeholder-in-command", sh("wrangler r2 bucket create your-bucket"), sh("# <name> is explained above\nls")),
    (
        "placeholder-in-configuration",
        toml('[[kv_namespaces]]\nid = "your-kv-id"'),
        toml('[[kv_namespaces]]\nid = "0f2ac74b498b48028cb68387c421e279"'),
    ),
    (
        "unused-ignore",
        "<!-- lint-runbook: ignore retired-product because -->\nAll well.\n",
        "<!-- lint-runbook: ignore retired-product an old contract -->\nMove to Workers Unbound.\n",
    ),
    ("unused-ignore", "<!-- lint-runbook: ignore no-such-rule because -->\n", "<!-- a comment -->\n"),
    (
        "ignore-without-reason",
        "<!-- lint-runbook: ignore retired-product -->\nMove to Workers Unbound.\n",
        "<!-- lint-runbook: ignore retired-product as agreed -->\nMove to Workers Unbound.\n",
    ),
]


@pytest.mark.parametrize(
    ("rule", "bad", "good"), CASES, ids=[f"{number}-{case[0]}" for number, case in enumerate(CASES)]
)
def test_a_rule_finds_its_defect_and_not_the_working_text(rule, bad, good):
    assert rule in rules_found(bad)
    assert rule not in rules_found(good)


def test_every_rule_has_a_case():
    assert {rule for rule, _, _ in CASES} == {rule.id for rule in ALL_RULES}
