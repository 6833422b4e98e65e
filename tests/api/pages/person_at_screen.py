"""A person at a browser without scripts: reads pages, fills the forms that stand on them."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from fastapi.testclient import TestClient
from httpx import Response


@dataclass
class Form:
    """The values a form would send if nothing was typed."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select:
            self._option(given)
        elif tag == "textarea":
            self._area = given.get("name", "")
            self._put(self._area, "")
        elif tag == "input" and self.forms and "name" in given:
            self._put(given["name"], given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area and data.strip():
            self._put(self._area, data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def _option(self, given: dict[str, str]) -> None:
        values = self.forms[-1].values.setdefault(self._select, [])
        if "selected" in given:
            self._put(self._select, given.get("value", ""))
        elif not values:
            values.append("")

    def _put(self, name: str, value: str) -> None:
        values = self.forms[-1].values.setdefault(name, [])
        if values == [""]:
            values.clear()
        values.append(value)


@dataclass
class AtScreen:
    """Somebody signed in; `page` is what they look at."""

    client: TestClient
    page: Response

    @property
    def text(self) -> str:
        """What can be read, without tags, blanks folded."""
        body = self.page.text.partition("<main")[2]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def opens(self, path: str) -> "AtScreen":
        self.page = self.client.get(path)
        return self

    def form(self, action: str) -> Form:
        """The first form on the page that goes there."""
        reader = _Forms()
        reader.feed(self.page.text)
        return next(form for form in reader.forms if form.action == action)

    def sends(self, action: str, **typed: str | list[str]) -> "AtScreen":
        """Fill the form in and send it; redirects are followed as a browser does."""
        self.page = self.client.post(action, data={**self.form(action).values, **typed})
        return self

    def may_not_send(self, action: str) -> bool:
        return f'action="{action}"' not in self.page.text
