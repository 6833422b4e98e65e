"""Messages as mail servers send them back, in the forms that are met in practice."""

from email import message_from_string
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

STEM = "0123456789abcdef0123456789abcdef"
READER = "learner1@example.invalid"


def letter(stem: str = STEM) -> str:
    """The letter that comes back."""
    return (
        f"From: duban@office.example.invalid\nTo: {READER}\nSubject: =?utf-8?b?6K+35aGr5YaZ?=\n"
        f"Message-ID: <{stem}@office.example.invalid>\n\nbody\n"
    )


def a_report(
    stem: str = STEM,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnosis: str = f"smtp; 550 5.1.1 <{READER}>: no such user",
    envelope: str = "",
    returned: str = "text/rfc822-headers",
    own_id: str = "<dsn-1@mx.example.invalid>",
) -> bytes:
    """A delivery report as Postfix, Exchange or Gmail write it."""
    named = f"Message-ID: {own_id}\n" if own_id else ""
    envelope = f"Original-Envelope-Id: {envelope}\n" if envelope else ""
    diagnosis = f"Diagnostic-Code: {diagnosis}\n" if diagnosis else ""
    whole = letter(stem)
    back = whole if returned == "message/rfc822" else whole.split("\n\n", maxsplit=1)[0] + "\n"
    fields = (
        f"Reporting-MTA: dns; mx.example.invalid\n{envelope}"
        "Arrival-Date: Tue, 7 Apr 2026 09:00:00 +0800\n\n"
        f"Final-Recipient: rfc822; {READER}\nAction: {action}\nStatus: {status}\n{diagnosis}"
    )
    parts = [
        ("text/plain; charset=us-ascii", "I'm sorry to have to inform you ...\n"),
        ("message/delivery-status", fields),
    ]
    parts += [(returned, back)] if returned else []
    return (
        f"From: MAILER-DAEMON@mx.example.invalid (Mail Delivery System)\n{named}"
        "To: duban@office.example.invalid\nAuto-Submitted: auto-replied\n"
        "Subject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=b"\n\n'
        + "".join(f"--=b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
        + "--=b--\n"
    ).encode()


def qmail(stem: str = STEM, said: str = "Sorry, no mailbox here by that name. (#5.1.1)") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.invalid\nTo: duban@office.example.invalid\n"
        "Subject: failure notice\n\nHi. This is the qmail-send program at mx.example.invalid.\n"
        f"I'm afraid I wasn't able to deliver your message.\n\n<{READER}>:\n{said}\n\n"
        f"--- Below this line is a copy of the message.\n\n{letter(stem)}"
    ).encode()


def chinese(stem: str = STEM) -> bytes:
    """A provider that writes to people only, in base64, and attaches the letter."""
    message = MIMEMultipart()
    message["From"] = "PostMaster@mail.example.invalid"
    message["Subject"] = "系统退信/Systems bounce"
    message["Message-ID"] = "<bounce-9@mail.example.invalid>"
    message.attach(
        MIMEText("<p>抱歉，您的邮件被退回。</p><p>550 收件人不存在</p>", "html", "gb18030")
    )
    message.attach(MIMEMessage(message_from_string(letter(stem))))
    return message.as_bytes()


def out_of_office() -> bytes:
    return (
        f"From: {READER}\nTo: duban@office.example.invalid\nSubject: 自动回复\n"
        f"Auto-Submitted: auto-replied\nIn-Reply-To: <{STEM}@office.example.invalid>\n\n休假中\n"
    ).encode()


def read_receipt() -> bytes:
    return (
        f"From: {READER}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="=b"\n\n'
        "--=b\nContent-Type: text/plain\n\nread\n--=b\nContent-Type: "
        f"message/disposition-notification\n\nOriginal-Message-ID: <{STEM}@x>\n"
        "Disposition: manual-action; displayed\n--=b--\n"
    ).encode()


def a_reply() -> bytes:
    """A person writes back, and even quotes a code."""
    return (
        f"From: {READER}\nTo: duban@office.example.invalid\nSubject: Re: 550 5.1.1\n"
        f"In-Reply-To: <{STEM}@office.example.invalid>\n\n550 5.1.1 ?\n"
    ).encode()
