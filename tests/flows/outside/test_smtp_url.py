"""One URL says where the mail server is, and never gives its password away."""

import ssl

import pytest

from flows.outside.smtp_url import BadSmtpUrlError, parse


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [
        ("smtp://mail.example.invalid", 25, "starttls_if_offered"),
        ("smtp://mail.example.invalid:2525?starttls=0", 2525, "plain"),
        ("smtp://mail.example.invalid:587?starttls=1", 587, "starttls"),
        ("smtp://u:p@mail.example.invalid:587", 587, "starttls"),
        ("smtp://u:p@127.0.0.1:2525?starttls=0", 2525, "plain"),
        ("smtps://u:p@mail.example.invalid/", 465, "tls"),
    ],
)
def test_a_url_names_port_and_security(url: str, port: int, security: str) -> None:
    server = parse(url)
    assert (server.port, server.security) == (port, security)


def test_user_and_password_may_hold_any_character() -> None:
    server = parse("smtp://office%40a.test:p%3A%2F%40w@mail.example.invalid")
    assert (server.user, server.password) == ("office@a.test", "p:/@w")


def test_the_password_is_not_in_the_repr() -> None:
    assert "secret" not in repr(parse("smtp://u:secret@mail.example.invalid"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.invalid:25",
        "http://u:secret@mail.example.invalid",
        "smtp://u:secret@",
        "smtp://u:secret@mail.example.invalid:port",
        "smtp://u:secret@mail.example.invalid?startls=1",
        "smtp://u:secret@mail.example.invalid?starttls=yes",
        "smtp://u:secret@mail.example.invalid/path",
    ],
)
def test_a_wrong_url_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(BadSmtpUrlError) as caught:
        parse(url)
    assert "secret" not in str(caught.value)


def test_certificates_are_checked_unless_somebody_says_no() -> None:
    checked = parse("smtps://mail.example.invalid").tls_context()
    unchecked = parse("smtps://mail.example.invalid?verify=0").tls_context()
    assert checked is not None
    assert unchecked is not None
    assert checked.verify_mode is ssl.CERT_REQUIRED
    assert unchecked.verify_mode is ssl.CERT_NONE
    assert parse("smtp://mail.example.invalid?starttls=0").tls_context() is None
