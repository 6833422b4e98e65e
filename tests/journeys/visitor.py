"""What a person does in a browser: enters, reads, fills in, sends, and waits for others."""

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

PATIENCE_MS = 20_000
_MAY_TAKE = 60.0


class Visitor:
    """One browser window, whoever sits before it. `complaints` is what its console held."""

    def __init__(self, context: BrowserContext, folder: Path) -> None:
        self.context, self.folder = context, folder
        self.complaints: list[str] = []
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    # ── Coming and going ────────────────────────────────────────────────────────────────────────
    def enter_as(self, name: str) -> None:
        """Sit down as this sample person."""
        self.page.goto("/signin")
        self.page.get_by_role("button", name=re.compile(name)).click()
        expect(self.page.locator(".who-name")).to_have_text(name)

    def go(self, path: str) -> None:
        self.page.goto(path)

    def put_the_date_forward(self, step: str, times: int = 1) -> None:
        """With the bar of the sample clock, which stands on every page."""
        for _ in range(times):
            before = self.today
            self.press(step)
            expect(self.page.locator(".sample-now time")).not_to_have_text(before)

    @property
    def today(self) -> str:
        return self.page.locator(".sample-now time").inner_text()

    # ── Reading ─────────────────────────────────────────────────────────────────────────────────
    @property
    def said(self) -> str:
        """What stands on the page, menus and folded parts left out."""
        return self.page.locator("main").inner_text()

    def reads(self, *words: str, within: str = "main") -> None:
        for word in words:
            expect(self.page.locator(within).first).to_contain_text(word)

    def fits(self) -> bool:
        """Nothing makes the page wider than its window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Look at the page again and again until others have done their part."""
        end = time.monotonic() + _MAY_TAKE
        while not what():
            assert time.monotonic() < end, f"still: {self.said}"
            self.page.wait_for_timeout(250)
            self.page.reload()

    # ── Acting ──────────────────────────────────────────────────────────────────────────────────
    def fill(self, fields: Mapping[str, str]) -> None:
        """By the label of each field, as one reads it."""
        for label, text in fields.items():
            field = self.page.get_by_label(label, exact=False).first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(label=text)
            else:
                field.fill(text)

    def button(self, words: str) -> Locator:
        return self.page.locator("button:visible", has_text=words)

    def press(self, words: str) -> None:
        """Press a button that sends, and wait for the page it leads to."""
        with self.page.expect_navigation():
            self.button(words).first.click()

    def upload(self, field: str, name: str, data: bytes) -> None:
        """Choose a file of one's own machine, and send it."""
        file = self.folder / name
        file.write_bytes(data)
        chooser = self.page.locator(f"#f-{field}")
        chooser.set_input_files(file)
        with self.page.expect_navigation():
            chooser.locator("xpath=ancestor::form").locator("button[type=submit]").click()

    def download(self, words: str) -> bytes:
        """What a link or button gives to keep."""
        with self.page.expect_download() as found:
            self.page.locator("a:visible", has_text=words).first.click()
        return found.value.path().read_bytes()
