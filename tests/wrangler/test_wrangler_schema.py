"""What the model can say is what wrangler's own schema allows, in its words."""

import json
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given

from headworks.wrangler import parse

ROOT = Path(__file__).parents[2]
SCHEMA = ROOT / "node/node_modules/wrangler/config-schema.json"


@pytest.fixture(scope="module")
def wranglers():
    if not SCHEMA.exists():
        pytest.skip("not verified by wrangler's schema: `make test` installs wrangler")
    return jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))


def stated(value):
    """Without the nulls, which the model takes for unsaid; and without the one option that wrangler has given up."""
    if isinstance(value, dict):
        given_up = "environment" if {"binding", "service"} <= value.keys() else ""
        return {key: stated(part) for key, part in value.items() if part is not None and key != given_up}
    return [stated(part) for part in value] if isinstance(value, list) else value


def test_wrangler_has_every_option_of_the_model(wranglers, configurations):
    @given(configurations)
    def allowed(value):
        assert [error.message for error in wranglers.iter_errors(stated(value))] == []

    allowed()


def test_every_rendered_file_follows_it(wranglers):
    rendered = [*(ROOT / "tests/render/golden").rglob("wrangler.jsonc"), *(ROOT / "apps").rglob("wrangler.jsonc")]
    files = [file for file in rendered if "node_modules" not in file.parts]
    assert len(files) == 8
    for file in files:
        value = parse(file.read_text(), str(file)).configuration.model_dump(
            mode="json", by_alias=True, exclude_unset=True
        )
        assert [error.message for error in wranglers.iter_errors(value)] == []
