"""`manage.py audit_trail`: how many entries the audit trail has and the hash of the last one, which belong somewhere
outside this database; ends with 1 at the first entry that is not as it was written."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.queries import trail
from common.queries.trail import Head


class Command(BaseCommand):
    help = "Verify the audit trail, say where it stands, and give its entries to an auditor."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--holds",
            type=_head,
            metavar="NUMBER:HASH",
            help="a head that was kept outside; it must stand still",
        )
        parser.add_argument("--since", type=int, metavar="NUMBER", help="give the entries from this one on")
        parser.add_argument("--json", action="store_true", help="give them as they are hashed, one on a line")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["since"] is not None or options["json"]:
            for entry in trail.entries(since=options["since"] or 1):
                self.stdout.write(json.dumps(entry) if options["json"] else _line(entry))
        head, found, kept = trail.head(), trail.broken(), options["holds"]
        say = self.stderr if options["json"] else self.stdout
        say.write(f"{head.number}:{head.hash}")
        if kept is not None and not trail.has(head=kept):
            raise CommandError(f"Entry {kept.number} is gone, or another one than was kept.")
        if found:
            raise CommandError(f"Not whole: {found}.")
        say.write(f"The audit trail is whole: {head.number} entries.")


def _head(text: str) -> Head:
    number, _, sealed = text.partition(":")
    if not number.isdecimal() or len(sealed) != 64:
        raise ArgumentTypeError(
            "a head is the number of entries, a colon and a hash, as this command prints it"
        )
    return Head(number=int(number), hash=sealed)


def _line(entry: dict[str, Any]) -> str:
    who = "-" if entry["who"] is None else entry["who"]
    return f"{entry['number']} {entry['at']} {entry['what']} {entry['kind']} {entry['key']} by {who} {entry['facts']}"
