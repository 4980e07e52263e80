"""How far the stage under way is: how many of how many, how fast, and how long it still takes."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.queries import sheet
from common.queries import jobs
from common.templatetags.portal import counted

ROWS = ("store",)  # what counts rows; other stages count their steps
A_MINUTE = 60


def under_way(found: sheet.Sheet, *, now: datetime) -> dict[str, Any] | None:
    """The line under the stages: have, need, text and note; None while nothing is counted."""
    job = found.job
    if job is None or found.run is None or not found.run.working or job.state != "running" or not job.total:
        return None
    pace = jobs.pace(job=job, now=now)
    numbers = {"done": counted(job.done), "total": counted(job.total)}
    said = _("%(done)s of %(total)s rows") if job.stage in ROWS else _("step %(done)s of %(total)s")
    notes = []
    if pace.per_second and job.stage in ROWS:
        notes.append(_("%(n)s a second") % {"n": counted(pace.per_second)})
    if pace.seconds_left is not None:
        notes.append(_("about %(time)s left") % {"time": spoken(pace.seconds_left)})
    return {"have": job.done, "need": job.total, "text": said % numbers, "note": ", ".join(notes)}


def took(stage: sheet.Stage) -> list[str]:
    """How long a stage that is done took, where it took a second or more."""
    return [spoken(stage.seconds)] if stage.seconds and stage.seconds > 0 else []


def spoken(seconds: int) -> str:
    """12 seconds; 3 minutes from two minutes on."""
    if seconds < 2 * A_MINUTE:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": counted(seconds)}
    minutes = round(seconds / A_MINUTE)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": counted(minutes)}
