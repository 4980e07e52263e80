"""Work behind the pages, by what it does: what the company's people read in place of a job's kind."""

from django.utils.translation import gettext_lazy

from common.queries.jobs import JobView

TEXTS = {
    "carry-team": gettext_lazy("Counting a team again after it moved"),
    "check-books": gettext_lazy("Checking the books"),
    "check-tree": gettext_lazy("Checking the sponsor tree"),
    "estimate": gettext_lazy("Estimating the open month"),
    "forget-invitation": gettext_lazy("Forgetting the address of an old invitation"),
    "leaving": gettext_lazy("Ending a distributorship"),
    "measure-legs": gettext_lazy("Measuring the legs of the tree of places"),
    "notice-mail": gettext_lazy("Writing letters about what happened"),
    "outbox": gettext_lazy("Sending letters"),
    "own-data": gettext_lazy("Collecting somebody's data into a file"),
    "place-newcomer": gettext_lazy("Placing a newcomer nobody placed"),
    "ready": gettext_lazy("Making the pages of great teams ready"),
    "run": gettext_lazy("Computing or posting a month"),
    "send-head": gettext_lazy("Sending where the audit trail stands"),
    "sponsor change": gettext_lazy("Carrying out a change of sponsor"),
    "told": gettext_lazy("Telling people about their month"),
    "told-joined": gettext_lazy("Telling sponsors who joined"),
    "told-old": gettext_lazy("Clearing away old notices"),
    "write-invoice": gettext_lazy("Writing an invoice"),
}


def words(job: JobView) -> str:
    """What the job does, in a few words."""
    return str(TEXTS[job.kind])
