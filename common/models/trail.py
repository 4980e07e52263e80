from django.db import models
from django.db.models import Q

from common.trail import What


class TrailEntry(models.Model):
    """One entry of the audit trail. Each holds the hash of the one before, and a hash of both by a key that is not in
    the database; the database refuses to change or delete any (commissions/queries/guards.py)."""

    number = models.BigIntegerField(primary_key=True, help_text="Without gaps, from 1")
    at = models.DateTimeField(help_text="When it happened")
    what = models.CharField(max_length=24, choices=What)
    who = models.BigIntegerField(null=True, help_text="The login's key; empty for the machine")
    kind = models.CharField(max_length=16, help_text="What sort of thing it is about")
    key = models.CharField(max_length=80, help_text="Which one")
    facts = models.TextField(help_text="As they are hashed; keys, states, numbers and hashes alone")
    signed_with = models.CharField(max_length=16, help_text="The fingerprint of the key")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "trail entries"
        indexes = [
            models.Index(fields=["key", "number"], name="trail_about"),
            models.Index(fields=["what", "number"], name="trail_what"),
        ]
        constraints = [
            # Whatever becomes of the lock, no two entries follow the same one.
            models.UniqueConstraint(fields=["previous"], name="trail_never_forks"),
            models.UniqueConstraint(fields=["hash"], name="trail_hash_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="trail_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"
