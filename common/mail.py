"""Between Django's mail and the outbox: what is sent becomes a row; the row is sent by the real backend."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from common.operations import outbox

# A message with this header is about something: the same thing is sent once.
KEY = "X-Outbox-Key"
PARTS = ("subject", "body", "from_email", "to", "cc", "bcc", "reply_to")


class OutboxBackend(BaseEmailBackend):
    """EMAIL_BACKEND: a letter in the outbox for each message, in the transaction that is under way."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if message.attachments:
                raise ValueError("A letter in the outbox has no attachments: send a link.")
            headers = {name: str(value) for name, value in message.extra_headers.items()}
            key = headers.pop(KEY, "") or f"mail:{uuid.uuid4()}"
            content = {name: _plain(getattr(message, name)) for name in PARTS} | {"headers": headers}
            if isinstance(message, EmailMultiAlternatives):
                content["alternatives"] = [[str(text), str(kind)] for text, kind in message.alternatives]
            outbox.enqueue(key=key, content=content, now=timezone.now())
        return len(email_messages)


def letter(*, to: str, subject: str, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """The content of a letter for the outbox, to one address."""
    return {
        "subject": " ".join(subject.split()),
        "body": body,
        "from_email": settings.DEFAULT_FROM_EMAIL,
        "to": [to],
        "cc": [],
        "bcc": [],
        "reply_to": [],
        "headers": dict(headers),
    }


def send(key: str, content: Mapping[str, Any]) -> None:
    """Send a letter by MAIL_BACKEND, the company's mail server. Raises whatever that raises."""
    parts = {name: content[name] for name in PARTS}
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    headers = {**content["headers"], "Message-ID": f"<{outbox.message_id(key=key)}@{host}>"}
    message = EmailMultiAlternatives(
        **parts, headers=headers, connection=get_connection(settings.MAIL_BACKEND)
    )
    for text, kind in content.get("alternatives", ()):
        message.attach_alternative(text, kind)
    message.send()


def _plain(value: Any) -> Any:
    """Lists of text, and text: subjects may be lazy."""
    return [str(one) for one in value] if isinstance(value, list | tuple) else str(value)
