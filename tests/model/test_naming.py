import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from headworks.model import naming

kinds = st.sampled_from(list(naming.PHYSICAL_NAMES))
names = st.from_regex(r"[a-z0-9][a-z0-9-]{1,20}[a-z0-9]", fullmatch=True)
suffixes = st.from_regex(r"(-[a-z0-9]{1,8})?", fullmatch=True)


@given(kinds, names, suffixes)
def test_a_plain_name_with_a_plain_suffix_is_accepted_for_every_kind(kind, name, suffix):
    assert naming.refusal(kind, naming.physical_name(kind, name, {kind: suffix})) is None


@given(kinds, names, suffixes, suffixes)
def test_two_environments_share_a_name_only_if_they_share_the_suffix(kind, name, one, other):
    assume(one != other)
    assert naming.physical_name(kind, name, {kind: one}) != naming.physical_name(kind, name, {kind: other})


@given(kinds, names, names, suffixes)
def test_two_names_stay_two_within_an_environment(kind, one, other, suffix):
    assume(one != other)
    assert naming.physical_name(kind, one, {kind: suffix}) != naming.physical_name(kind, other, {kind: suffix})


@given(kinds, st.text(max_size=80))
def test_a_name_is_either_accepted_whole_or_refused_in_words(kind, name):
    refusal = naming.refusal(kind, name)
    assert (refusal is None) == (re.fullmatch(naming.PHYSICAL_NAMES[kind].pattern, name) is not None)
    if refusal is not None:
        assert repr(name) in refusal
        assert naming.NOUNS[kind] in refusal


@pytest.mark.parametrize(
    ("kind", "accepted", "refused"),
    [
        (
            "bucket",
            ["abc", "a" * 63, "rockhound-exports-dev"],
            ["ab", "a" * 64, "-abc", "abc-", "Abc", "a_b", "a.b", "abc\n"],
        ),
        ("queue", ["q", "exports-queue", "a" * 63], ["", "a" * 64, "-q", "q-", "Q", "exports_queue"]),
        ("script", ["api", "_api", "api_2", "a" * 63], ["", "-api", "Api", "a.b", "a" * 64]),
        ("kv", ["CACHE_KV", "a", "my cache", "a" * 512], ["", " a", "a ", "a\tb", "a" * 513]),
        ("d1", ["rockhound", "my_db", "0"], ["", "_db", "-db", "Rockhound", "my db"]),
    ],
)
def test_what_cloudflare_takes_as_a_name(kind, accepted, refused):
    assert [name for name in accepted if naming.refusal(kind, name)] == []
    assert [name for name in refused if not naming.refusal(kind, name)] == []


@pytest.mark.parametrize(
    ("rule", "accepted", "refused"),
    [
        (naming.IDENTIFIER, ["A", "EXPORTS_BUCKET", "_a", "$x1"], ["", "1A", "a-b", "a.b", "a b", "ä"]),
        (
            naming.HOST,
            ["api.rockhound.app", "*.rockhound.app", "*rockhound.app"],
            ["", "app", "API.rockhound.app", "https://a.app", "a.app/x", "a..app", "-a.app", "a.app:80", "api.*.app"],
        ),
        (naming.ZONE, ["rockhound.app"], ["*.rockhound.app", "app", "rockhound.app."]),
        (naming.PATH, ["/", "/*", "/a/b", "/a*"], ["", "a", "*", "/a/*/b", "/a?b", "/a#b", "/a b"]),
        (naming.ACCOUNT_ID, ["0123456789abcdef0123456789abcdef"], ["", "0123", "0123456789ABCDEF0123456789ABCDEF"]),
        (naming.DATE, ["2026-02-25"], ["2026-2-25", "2026-13-01", "2026-02-32", "25.2.2026"]),
    ],
)
def test_what_the_other_forms_take(rule, accepted, refused):
    assert [text for text in accepted if not rule.accepts(text)] == []
    assert [text for text in refused if rule.accepts(text)] == []


@pytest.mark.parametrize(
    ("host", "zone", "within"),
    [
        ("api.rockhound.app", "rockhound.app", True),
        ("rockhound.app", "rockhound.app", True),
        ("*.rockhound.app", "rockhound.app", True),
        ("*rockhound.app", "rockhound.app", True),
        ("myrockhound.app", "rockhound.app", False),
        ("api.rockhound.app", "hound.app", False),
        ("rockhound.app", "api.rockhound.app", False),
    ],
)
def test_a_host_lies_within_a_zone_by_whole_labels(host, zone, within):
    assert naming.host_is_within(host, zone) is within
