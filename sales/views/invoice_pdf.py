"""An invoice or a credit note as a paper to keep: the same words and figures as on the page."""

from datetime import UTC, datetime, time

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from common import spoken
from common.paper import Paper, Row
from common.templatetags.portal import money_filter
from sales.queries import invoices


def answer(found: invoices.Paper) -> HttpResponse:
    """The paper as a file to keep."""
    response = HttpResponse(bytes(_drawn(found).output()), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return response


def _drawn(found: invoices.Paper) -> Paper:
    words = _("Credit note %(number)s") if found.is_credit else _("Invoice %(number)s")
    title = words % {"number": found.number}
    said = _("For order %(order)s, paid.") % {"order": found.order_number}
    if found.is_credit:
        said = _("It corrects invoice %(corrects)s of order %(order)s.") % {
            "corrects": found.corrects,
            "order": found.order_number,
        }
    paper = Paper(
        title=title,
        company=settings.COMPANY_NAME,
        about=title,
        foot=", ".join((settings.COMPANY_NAME, *settings.COMPANY_ADDRESS)),
        page_word=_("Page"),
        # The paper of a day is the same bytes whenever it is drawn.
        made_at=datetime.combine(found.issued_on, time(), UTC),
    )
    paper.heading(title, tag=_("Final"), final=True, line=said)
    paper.rows(_facts(found))
    paper.section(_("Products"))
    paper.rows(
        [
            Row(
                title=line.name,
                note=line.sku,
                count=f"{line.quantity} ×",
                amount=money_filter(line.amount, found.currency),
            )
            for line in found.lines
        ]
    )
    word = _("Given back") if found.is_credit else _("Total")
    paper.rows([Row(title=word, amount=money_filter(found.total, found.currency), strong=True)])
    return paper


def _facts(found: invoices.Paper) -> list[Row]:
    return [
        Row(title=_("From"), note=", ".join((settings.COMPANY_NAME, *settings.COMPANY_ADDRESS))),
        Row(title=_("To"), note=", ".join((found.name, *found.address))),
        Row(title=_("Date"), note=spoken.day(found.issued_on)),
    ]
