"""JSON with comments: nothing of it is lost, and nothing that is no JSON is let through."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headworks.wrangler.jsonc import Jsonc, read, write

TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
OBJECTS = st.dictionaries(TEXTS, VALUES, max_size=5)
LINE = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2000, exclude_categories=["Zl", "Zp", "Zs", "Cc", "Cs"]),
    min_size=1,
    max_size=12,
)
LINES = st.lists(LINE, max_size=2).map(tuple)
NOISE = st.sampled_from(
    ["", " ", "\n", "\t", "// one, two: {\n", '/* [ " */', "/* two\n lines */", '// it\'s "so"\r\n', "/**/"]
)


@given(st.data())
def test_comments_and_commas_after_the_last_change_nothing(data):
    value = data.draw(VALUES)

    def noisy(part):
        noise = data.draw(NOISE)
        match part:
            case dict():
                inner = [f"{json.dumps(key)}{data.draw(NOISE)}:{noisy(each)}" for key, each in part.items()]
                return f"{noise}{{{_joined(inner)}{data.draw(NOISE)}}}{data.draw(NOISE)}"
            case list():
                return f"{noise}[{_joined([noisy(each) for each in part])}{data.draw(NOISE)}]{data.draw(NOISE)}"
            case _:
                return f"{noise}{json.dumps(part)}{data.draw(NOISE)}"

    def _joined(parts):
        comma = data.draw(st.sampled_from(["", ","])) if parts else ""
        return ",".join(f"{data.draw(NOISE)}{part}" for part in parts) + comma

    assert read(noisy(value)).value == value


@given(OBJECTS, LINES, st.data())
def test_what_is_written_is_read_again_with_its_comments(value, head, data):
    remarks = {key: (data.draw(LINE),) for key in value if data.draw(st.booleans())}
    file = Jsonc(value=value, head=head, remarks=remarks)
    text = write(file)
    assert read(text) == file
    assert write(read(text)) == text


@given(OBJECTS)
def test_whatever_is_written_is_plain_json_too(value):
    assert json.loads(write(Jsonc(value=value))) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1,, }',
        "[,]",
        "{,}",
        '{"a":, }',
        '{"a": /* 1 }',
        '{"a": "//}',
        '{"a": NaN}',
        '{"a": 1} // x\n{',
        "",
        "// only",
        "{'a': 1}",
    ],
)
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r"Expecting|NaN|Extra data|Unterminated|Invalid"):
        read(text)


def test_a_key_that_is_there_twice_is_refused_by_name():
    with pytest.raises(ValueError, match="'b' is there twice"):
        read('{"a": {"b": 1, "c": 2, "b": 3}}')


def test_a_mistake_is_at_the_line_and_column_of_the_file():
    with pytest.raises(ValueError, match="line 4 column 9"):
        read('{\n  // a comment\n  /* and\n */ "a" 1}')


def test_comments_belong_to_the_outermost_key_below_them():
    text = """// The file.
{ // not this one
  // First.
  //   Second.
  "a": { // nor this
    // nor that
    "b": 1, // nor these words
    "c": [1, 2] /* or these */
  },
  /* A block
   * of lines */
  "d": 2, // behind
  "e": 3
  // at the end
}
"""
    file = read(text)
    assert file.head == ("The file.",)
    assert file.remarks == {"a": ("First.", "  Second."), "d": ("A block", "of lines")}


def test_short_parts_stay_on_one_line_and_long_ones_do_not():
    value = {"a": {"b": 1, "c": []}, "d": [{"e": 1}, {"f": {"g": 2}}], "h": ["x" * 60, "y" * 60], "i": {}}
    assert (
        write(Jsonc(value=value))
        == f"""{{
  "a": {{ "b": 1, "c": [] }},
  "d": [
    {{ "e": 1 }},
    {{
      "f": {{ "g": 2 }}
    }}
  ],
  "h": [
    "{"x" * 60}",
    "{"y" * 60}"
  ],
  "i": {{}}
}}
"""
    )
