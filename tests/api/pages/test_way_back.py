"""A form that was refused says how to go on from where it stood."""

from collections.abc import Callable

import pytest

from tests.api.pages.conftest import HERE
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
EVALUATOR = "E001/evaluation_officer"


def refused(who: AtScreen, action: str, referer: str) -> AtScreen:
    """A file that is no workbook, sent from some page."""
    values = {**who.opens("/evaluations").form("/evaluations").values, "title": "名单"}
    who.page = who.client.post(
        action, data=values, files={"file": ("x.xlsx", b"x")}, headers={"referer": referer}
    )
    assert who.page.status_code == 422
    return who


@pytest.mark.parametrize(
    "referer", ["", f"{HERE}/evaluations?page=1", "https://elsewhere.invalid/x", f"{HERE}//x"]
)
def test_it_leads_to_the_page_that_the_form_stood_on(sit: Sit, referer: str) -> None:
    answer = refused(sit(EVALUATOR), "/evaluations", referer)
    assert 'class="btn" href="/evaluations"' in answer.page.text


def test_an_address_that_only_takes_forms_is_no_way_back(sit: Sit) -> None:
    centre = sit("CENTRE/centre_officer").opens("/calendar")
    values = centre.form("/calendar/preview").values
    for referer in ("", f"{HERE}/calendar/preview"):
        page = centre.client.post(
            "/calendar", data={**values, "content": "{}"}, headers={"referer": referer}
        )
        assert 'class="btn" href="/calendar"' in page.text
