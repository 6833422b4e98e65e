"""Files at the screen: named and drawn by the house, taken back by whoever brought them."""

import io
import re
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import text
from sqlmodel import Session

from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]
PROVIDER, REVIEWER = "P001/provider_operator", "HP/district_reviewer"
NEIGHBOUR, CENTRE = "PD/district_reviewer", "CENTRE/centre_officer"
PROJECT = "/projects/HP-2026-001"
PDF = b"%PDF-1.7\ntrailer<<>>\n%%EOF\n"


def a_photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (80, 60), "teal").save(out, "JPEG")
    return out.getvalue()


def brings(who: AtScreen, content: bytes, *, kind: str = "photo") -> AtScreen:
    """Choose a file under a telling name, and send the form."""
    action = f"{PROJECT}/files"
    values = {**who.form(action).values, "kind": kind}
    file = ("张三 319901199001010011.pdf", content, "text/html")
    who.page = who.client.post(action, data=values, files={"file": file})
    return who


def looked_at(session: Session, scan: str) -> None:
    session.execute(text("UPDATE attachment SET scan = :scan"), {"scan": scan})
    session.commit()


def href(who: AtScreen) -> str:
    found: list[str] = re.findall(r'href="(/files/\d+)/view"', who.page.text)
    return found[-1]


@pytest.fixture
def provider(sit: Sit) -> AtScreen:
    who = sit(PROVIDER).opens("/projects/new?example=1").sends("/projects", district="HP")
    return who.opens(PROJECT)


def test_a_file_is_brought_looked_at_and_kept(
    sit: Sit, provider: AtScreen, session: Session
) -> None:
    photo = a_photo()
    brings(provider, photo)
    assert "附件HP-2026-001-photo-1.jpg已上传" in provider.text
    assert "病毒检查中" in provider.text
    assert provider.client.get("/").status_code == 200  # the desk tells facts, no acts
    here = href(provider)
    reviewer = sit(REVIEWER).opens(f"{here}/view")
    assert "检查完成前只有上传者本人可以打开" in reviewer.text
    assert reviewer.opens(here).page.status_code == 404
    looked_at(session, "clean")
    reviewer.opens(f"{here}/view")
    assert f'src="{here}/preview.webp"' in reviewer.page.text
    picture = reviewer.opens(f"{here}/preview.webp").page
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/webp")
    kept = reviewer.opens(here).page
    assert kept.content == photo
    assert kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["content-disposition"] == (
        "attachment; filename=\"HP-2026-001-photo-1.jpg\"; filename*=UTF-8''HP-2026-001-photo-1.jpg"
    )
    assert kept.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert kept.headers["x-content-type-options"] == "nosniff"
    assert kept.headers["cache-control"] == "no-store"


def test_the_name_it_came_with_is_nowhere(provider: AtScreen, session: Session) -> None:
    brings(provider, PDF, kind="licence")
    rows = session.execute(text("SELECT to_jsonb(a)::text FROM attachment a")).scalars()
    assert not [row for row in rows if "张三" in row or "319901199001010011" in row]
    assert "319901199001010011" not in provider.page.text


def test_a_type_is_told_from_the_bytes_whatever_the_browser_says(provider: AtScreen) -> None:
    brings(provider, b"<html><script>alert(1)</script>")
    assert provider.page.status_code == 422
    assert "只接收PDF" in provider.text


def test_a_large_file_is_refused_in_words(provider: AtScreen) -> None:
    brings(provider, PDF + b"\0" * 20 * 1024 * 1024)
    assert provider.page.status_code == 422
    assert "文件超过20 MB" in provider.text


def test_a_neighbour_finds_nothing_and_the_centre_brings_nothing(
    sit: Sit, provider: AtScreen, session: Session
) -> None:
    here = href(brings(provider, PDF))
    looked_at(session, "unscanned")
    for path in (here, f"{here}/view", f"{here}/preview.webp"):
        assert sit(NEIGHBOUR).opens(path).page.status_code == 404
    centre = sit(CENTRE).opens(PROJECT)
    assert centre.may_not_send(f"{PROJECT}/files")
    assert "未经病毒检查" in centre.text
    assert centre.opens(here).page.content == PDF


def test_a_file_taken_back_is_crossed_out_and_opens_no_more(sit: Sit, provider: AtScreen) -> None:
    here = href(brings(provider, PDF))
    assert sit(REVIEWER).opens(PROJECT).may_not_send(f"{here}/withdraw")
    provider.sends(f"{here}/withdraw")
    assert "已撤下，内容已销毁" in provider.text
    assert "<s class" in provider.page.text
    assert provider.opens(here).page.status_code == 404
    assert "内容已销毁" in provider.opens(f"{here}/view").text


def test_the_bringer_is_told_of_a_virus(provider: AtScreen, session: Session) -> None:
    here = href(brings(provider, PDF))
    looked_at(session, "infected")
    assert "发现病毒，已销毁" in provider.opens(PROJECT).text
    assert "请重新上传" in provider.opens(f"{here}/view").text
    assert provider.opens(here).page.status_code == 404


def test_what_cannot_be_drawn_has_no_picture_and_no_trouble(provider: AtScreen) -> None:
    here = href(brings(provider, PDF))
    assert provider.opens(f"{here}/preview.webp").page.status_code == 404
    assert provider.opens(f"{here}/view").page.status_code == 200


def test_the_same_click_twice_brings_one_file(provider: AtScreen, session: Session) -> None:
    values = {**provider.form(f"{PROJECT}/files").values, "kind": "plan"}
    for _ in range(2):
        provider.client.post(f"{PROJECT}/files", data=values, files={"file": ("a", PDF)})
    assert session.execute(text("SELECT count(*) FROM attachment")).scalar_one() == 1


def test_programs_bring_list_fetch_and_take_back(
    enter: Callable[[str], TestClient], provider: AtScreen
) -> None:
    api = enter(PROVIDER)
    path = "/projects/HP-2026-001/files"
    made = api.post(path, data={"kind": "licence"}, files={"file": ("a.pdf", PDF)})
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["opens"]) == ("HP-2026-001-licence-1.pdf", True)
    assert [one["id"] for one in api.get(path).json()] == [told["id"]]
    assert api.get(f"/files/{told['id']}/content").content == PDF
    other = enter(REVIEWER)
    assert other.get(f"/files/{told['id']}").json()["opens"] is False
    assert other.get(f"/files/{told['id']}/content").status_code == 404
    gone = api.post(f"/files/{told['id']}/withdrawal")
    assert gone.json()["withdrawn_at"]
    assert enter(NEIGHBOUR).get(f"/files/{told['id']}").status_code == 404
    bad = api.post(path, data={"kind": "x"}, files={"file": ("a.pdf", PDF)})
    assert (bad.status_code, bad.json()["code"]) == (422, "no_such_file_kind")
