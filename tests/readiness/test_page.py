"""The page of the readiness report, in a real browser, from a file and without a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from headworks.checks.check import Finding
from headworks.readiness.page import as_html
from tests.readiness.conftest import Scene, verdict

CHROMIUM = shutil.which("chromium")
if not CHROMIUM:
    pytest.skip("not verified in a browser: there is no chromium here", allow_module_level=True)
playwright = pytest.importorskip(
    "playwright.sync_api", reason="not verified in a browser: `make test` installs playwright"
)

RULE = "queues-must-have-dead-letter-queue"


def scene() -> Scene:
    made = Scene(events=[verdict(RULE)])
    made.findings = {"token-is-valid": Finding.missing("<b>`wrangler`</b> is not logged in")}
    made.attest("on-call")
    made.waive(RULE)
    return made


def page_of(made: Scene) -> str:
    lines = [
        made.line({"policy": RULE}, id="R1", text="Failed messages go to `exports-dlq`.", kinds=["I", "P"]),
        made.line({"check": "token-is-valid"}, id="R2", text="The token is valid.", kinds=["C"]),
        made.line({"attestation": "on-call"}, id="R3", text="Somebody is on call.", kinds=["A"]),
        made.line({"attestation": "external-backup"}, id="R4", text="There is a backup.", kinds=["A"]),
        made.line({"unassigned": "nobody reads these numbers"}, id="R5", text="Errors are `rare.", kinds=["C"]),
        made.line({"probe": "/health"}, id="R6", text="It answers.", kinds=["C"], when="after"),
    ]
    return as_html(made.readiness(*lines))


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    written = tmp_path_factory.mktemp("page") / "readiness.html"
    written.write_text(page_of(scene()))
    return written


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        launched = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture
def page(browser, file) -> Iterator[playwright.Page]:
    opened = browser.new_page()
    opened.goto(file.as_uri())
    yield opened
    opened.close()


def shown(page: playwright.Page) -> list[str]:
    return [line.get_attribute("id") for line in page.locator(".line").all() if line.is_visible()]


def background(page: playwright.Page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_it_needs_nothing_but_itself_and_the_browser_has_no_complaint(browser, file):
    page, requested, complaints = browser.new_page(), [], []
    page.on("request", lambda request: requested.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(file.as_uri())
    page.get_by_role("button", name="missing").click()
    assert (requested, complaints) == ([file.as_uri()], [])
    page.close()


def test_the_verdict_stands_on_top_with_what_is_to_be_attested_and_what_ends_first(page):
    assert "Not ready" in page.locator(".verdict").inner_text()
    assert "headworks attest external-backup production" in page.locator("#wanted").inner_text()
    assert "R3 attested until 2026-11-22 18:00 UTC" in page.locator("#ends li").first.inner_text()


def test_text_stays_text_and_what_is_quoted_is_code(page):
    line = page.locator("#R2")
    assert line.get_attribute("open") is not None
    assert "<b>wrangler</b> is not logged in" in line.inner_text()
    assert page.locator("#R1 .text code").all_inner_texts() == ["exports-dlq"]
    assert page.locator("#R5 .text").inner_text() == "Errors are `rare."


@pytest.mark.parametrize(
    ("pressed", "typed", "lines"),
    [
        ([], "", ["R1", "R2", "R3", "R4", "R5", "R6"]),
        (["missing"], "", ["R2", "R4"]),
        (["missing", "later"], "", ["R2", "R4", "R6"]),
        (["check"], "", ["R2", "R5", "R6"]),
        (["check", "missing"], "", ["R2"]),
        ([], "BACKUP external", ["R4"]),
        ([], "no such line", []),
    ],
)
def test_lines_can_be_filtered_by_state_by_kind_and_by_words(page, pressed, typed, lines):
    for text in pressed:
        page.get_by_role("button", name=text).click()
    page.get_by_role("searchbox").fill(typed)
    assert shown(page) == lines
    assert page.locator("#nothing").is_visible() is (not lines)


def test_a_filter_is_part_of_the_address_and_can_be_handed_on(page):
    page.get_by_role("button", name="missing").click()
    page.get_by_role("searchbox").fill("backup")
    address = page.evaluate("location.href")
    page.goto("about:blank")
    page.goto(address)
    assert (address.partition("#")[2], shown(page)) == ("state=missing&text=backup", ["R4"])


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_it_is_light_or_dark_as_the_machine_is_and_as_somebody_wants_it(page, scheme, other):
    page.emulate_media(color_scheme=scheme)
    page.reload()
    first = background(page)
    page.get_by_role("button", name="Light or dark").click()
    second = background(page)
    assert first != second
    page.emulate_media(color_scheme=other)
    page.reload()
    assert background(page) == second


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_cut_off_on_a_phone(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_of_a_stack_that_is_ready_says_so(page, tmp_path):
    made = Scene(events=[verdict(RULE)])
    written = tmp_path / "ready.html"
    written.write_text(as_html(made.readiness(made.line({"policy": RULE}))))
    page.goto(written.as_uri())
    assert "Every line that is asked stands" in page.locator(".verdict").inner_text()
    assert page.locator("#wanted").count() == 0
