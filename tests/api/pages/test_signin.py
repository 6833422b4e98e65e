"""The entrance."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api import auth
from states.records.tables import Account
from tests.api.pages.person_at_screen import AtScreen

Sit = Callable[[str], AtScreen]


def test_sample_people_stand_by_office_and_say_what_they_may_do(client: TestClient) -> None:
    page = client.get("/signin").text
    assert "以此身份进入" in page
    assert "审核签署、退回、核定学员、确认成绩、每月汇总" in page


def test_one_enters_as_a_sample_person_and_leaves_again(sit: Sit) -> None:
    provider = sit("P001/provider_operator")
    assert "申报新项目" in provider.text
    provider.sends("/signout")
    assert provider.opens("/").page.url.path == "/signin"


def test_a_password_is_set_by_link_and_opens_the_door(client: TestClient, session: Session) -> None:
    account = session.exec(select(Account)).first()
    assert account is not None
    login, token = account.login, auth.make_link(session, account.id)
    session.commit()
    link = f"/set-password/{token}"
    apart = client.post(link, data={"password": "a long password", "again": "another one"})
    assert "两次输入的密码不一致。" in apart.text
    short = client.post(link, data={"password": "short", "again": "short"})
    assert short.status_code == 422
    client.post(link, data={"password": "a long password", "again": "a long password"})
    entered = client.post("/signin", data={"login": login, "password": "a long password"})
    assert entered.url.path == "/"


def test_a_wrong_password_is_told_without_saying_which(client: TestClient) -> None:
    page = client.post("/signin", data={"login": "nobody", "password": "wrong"})
    assert page.status_code == 401
    assert "登录名或密码不正确。" in page.text


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_door_leads_nowhere_else(client: TestClient, onward: str) -> None:
    page = client.get("/signin", params={"next": onward}).text
    assert "evil.example" not in page.partition("<main")[2]
