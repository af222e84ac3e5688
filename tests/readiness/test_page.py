"""The page of the readiness report, in a real browser, from a file and without a network."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By

from headworks.checks.check import Finding
from headworks.readiness.page import as_html
from tests.readiness.conftest import Scene, verdict

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
RULE = "queues-must-have-dead-letter-queue"

pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="not verified in a browser: there is no chromium with its chromedriver here"
)


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
        made.line({"unassigned": "nobody reads these numbers"}, id="R5", text="Errors are rare.", kinds=["C"]),
        made.line({"probe": "/health"}, id="R6", text="It answers.", kinds=["C"], when="after"),
    ]
    return as_html(made.readiness(*lines))


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    written = tmp_path_factory.mktemp("page") / "readiness.html"
    written.write_text(page_of(scene()))
    return written


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    options = ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser, file) -> Chrome:
    browser.get("about:blank")
    browser.get_log("performance")
    browser.get(file.as_uri())
    return browser


def shown(page: Chrome) -> list[str]:
    return [str(line.get_attribute("id")) for line in page.find_elements(By.CLASS_NAME, "line") if line.is_displayed()]


def press(page: Chrome, text: str) -> None:
    page.find_element(By.XPATH, f"//button[contains(normalize-space(), '{text}')]").click()


def emulate(page: Chrome, scheme: str) -> None:
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )


def test_it_needs_nothing_but_itself_and_the_browser_has_no_complaint(page):
    requested = [entry for entry in page.get_log("performance") if "Network.requestWillBeSent" in entry["message"]]
    assert len(requested) == 1  # the page itself
    assert page.get_log("browser") == []


def test_the_verdict_stands_on_top_with_what_is_to_be_attested_and_what_ends_first(page):
    assert "Not ready" in page.find_element(By.CLASS_NAME, "verdict").text
    assert "headworks attest external-backup production" in page.find_element(By.ID, "wanted").text
    first, *_ = page.find_elements(By.CSS_SELECTOR, "#ends li")
    assert "R3 attested until 2026-11-22 18:00 UTC" in first.text


def test_text_stays_text_and_what_is_quoted_is_code(page):
    line = page.find_element(By.ID, "R2")
    assert line.get_attribute("open") is not None
    assert "<b>wrangler</b> is not logged in" in line.text
    assert [code.text for code in page.find_elements(By.CSS_SELECTOR, "#R1 .text code")] == ["exports-dlq"]


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
        press(page, text)
    page.find_element(By.ID, "search").send_keys(typed)
    assert shown(page) == lines
    assert page.find_element(By.ID, "nothing").is_displayed() is (not lines)


def test_a_filter_is_part_of_the_address_and_can_be_handed_on(page, file):
    press(page, "missing")
    page.find_element(By.ID, "search").send_keys("backup")
    address = page.current_url
    page.get("about:blank")
    page.get(address)
    assert (address.partition("#")[2], shown(page)) == ("state=missing&text=backup", ["R4"])


@pytest.mark.parametrize(("scheme", "other"), [("light", "dark"), ("dark", "light")])
def test_it_is_light_or_dark_as_the_machine_is_and_as_somebody_wants_it(browser, file, scheme, other):
    emulate(browser, scheme)
    browser.get(file.as_uri())
    background = "return getComputedStyle(document.body).backgroundColor"
    first = browser.execute_script(background)
    browser.find_element(By.ID, "theme").click()
    second = browser.execute_script(background)
    assert first != second
    emulate(browser, other)
    browser.get("about:blank")
    browser.get(file.as_uri())
    assert browser.execute_script(background) == second


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_nothing_is_cut_off_on_a_phone(browser, file, width):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(file.as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_page_of_a_stack_that_is_ready_says_so(browser, tmp_path):
    made = Scene(events=[verdict(RULE)])
    written = tmp_path / "ready.html"
    written.write_text(as_html(made.readiness(made.line({"policy": RULE}))))
    browser.get(written.as_uri())
    assert "Every line that is asked stands" in browser.find_element(By.CLASS_NAME, "verdict").text
    assert not browser.find_elements(By.ID, "wanted")
