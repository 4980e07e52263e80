"""Reading the folder in which Django's file backend keeps the letters it was given."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

SHOWN = 40
# So many files are looked into for the letters of one address.
READ = 2_000
# What the backend writes after each letter: those of one second may share a file.
RULE = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True, slots=True)
class Kept:
    """One letter; `body` is its plain text."""

    to: str
    subject: str
    body: str
    sent_at: datetime | None


def newest(*, folder: Path, to: str = "") -> list[Kept]:
    """The newest letters in a folder, latest first; with `to` only those to this address. None in a missing folder."""
    files = sorted(folder.glob("*.log"), key=lambda one: (one.stat().st_mtime_ns, one.name), reverse=True)
    found: list[Kept] = []
    for file in files[:READ]:
        letters = (_read(text) for text in reversed(file.read_bytes().split(RULE)) if text.strip())
        found += [letter for letter in letters if to.casefold() in letter.to.casefold()]
        if len(found) >= SHOWN:
            break
    return found[:SHOWN]


def _read(text: bytes) -> Kept:
    message = email.message_from_bytes(text.lstrip(), policy=email.policy.default)
    part = message.get_body(("plain",))
    date = message["Date"]
    return Kept(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        body=str(part.get_content()).strip() if part else "",
        sent_at=date.datetime if date else None,
    )
