"""The first page of everybody who is signed in."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commissions.queries import balance, desk, drawings, levels, members, periods, sizes, statements, way
from common import spoken
from common.guards import distributor_id, me_of, signed_in_required
from distributors.operations import looks
from distributors.queries import campaigns, holdings, people, referrals, sponsor_tree
from mlmportal.views import first_steps, link_counts, team_news, way_words
from sales.queries import activity, customers, orders

NEWS = 5


@require_safe
@signed_in_required
def home(request: HttpRequest) -> HttpResponse:
    """Where things stand: for distributors; customers and staff have first pages of their own."""
    me = me_of(request)
    if me is not None and me.kind == "staff":
        return redirect("staff-overview")
    if me is not None and me.kind == "newcomer":
        return redirect("join-waiting")
    if me is not None and me.kind == "customer":
        return _customer(request, me.customer_id or 0)
    return _distributor(request, distributor_id(request))


def _distributor(request: HttpRequest, person: int) -> HttpResponse:
    now = timezone.now()
    me = me_of(request)
    user = me.user_id if me else 0
    since = looks.note(user_id=user, now=now)
    team = sponsor_tree.downline(distributor_id=person)
    known = way.known_months(person_id=person)
    every = [month for month in statements.months(person_id=person) if month.key in known]
    leading = periods.leading()
    shown = [one for one in every if one.calendar == leading]
    months = members.months()
    size = sizes.of_month(person_id=person, month=months[0] if months else None)
    found = way.of_person(person_id=person, months=months)
    unpaid = activity.unpaid(seller_id=person)
    way_steps = way_words.steps(way=found)
    share, link = _shared(person)
    context = {
        "greeting": _greeting(request, now),
        "steps": first_steps.of_person(
            person_id=person, user_id=user, link=link, today=timezone.localdate(now)
        ),
        "open": _open(person, now),
        "estimate": next((one for one in shown if one.state == "open"), None),
        "beside": _beside([one for one in every if one.calendar != leading], now),
        "last": _last(shown),
        "balance": balance.of_person(person_id=person, currency=settings.COMPANY_CURRENCY),
        **_way_card(found, way_steps),
        "news": team_news.rows(
            person_id=person,
            user_id=user,
            team=team,
            now=now,
            since=since,
            most=_beside_way(found, way_steps, unpaid),
        ),
        "news_since": _since(since, now),
        "people_below": size.below,
        "people_active": size.active,
        "earnings_chart": drawings.earnings(person_id=person, months=months, known=known),
        "volumes_chart": drawings.volumes(
            person_id=person, months=months, known=known, required=found.group_need if found else None
        ),
        "unpaid": unpaid,
        "to_place": holdings.waiting_count(sponsor_id=person, now=now),
        "share": share,
        "share_counts": link_counts.of_link(link=link),
        "nav": "home",
    }
    return render(request, "mlmportal/home.html", context)


def _way_card(found: way.Way | None, steps: list[way_words.Sentence]) -> dict[str, Any]:
    return {"way": found, "way_steps": steps, "way_note": way_words.closing(way=found)}


def _shared(person: int) -> tuple[referrals.Share | None, campaigns.Link | None]:
    share = referrals.share(distributor_id=person, site_url=settings.SITE_URL)
    return share, campaigns.one(distributor_id=person, code=share.code) if share else None


def _beside_way(found: way.Way | None, steps: list[way_words.Sentence], unpaid: activity.Unpaid) -> int:
    """How many rows of news are as high as the card beside them, so that neither stands half empty."""
    return len(found.needs) + len(steps) - 2 - bool(unpaid.orders) if found else team_news.FEWEST


def _customer(request: HttpRequest, customer: int) -> HttpResponse:
    seller = customers.distributor_of(customer_id=customer)
    names = people.names(ids=[seller] if seller else [])
    found = orders.of_viewer(viewer=orders.Viewer(customer_id=customer), filters=orders.Filters())
    context = {
        "greeting": _greeting(request, timezone.now()),
        "seller": names.get(seller or 0),
        "orders": orders.listed(orders=found[:NEWS]),
        "nav": "home",
    }
    return render(request, "mlmportal/home_customer.html", context)


def _greeting(request: HttpRequest, now: datetime) -> str:
    me = me_of(request)
    name = me.name.split()[0] if me and me.name.split() else ""
    hour = timezone.localtime(now).hour
    if hour < 12:
        return _("Good morning, %(name)s") % {"name": name}
    return (_("Good afternoon, %(name)s") if hour < 18 else _("Good evening, %(name)s")) % {"name": name}


def _open(person: int, now: datetime) -> dict[str, Any] | None:
    month = desk.open_month(now=now)
    if month is None:
        return None
    left = spoken.days_left(ends_at=month.ends_at, now=now)
    return {
        "month": month,
        "name": spoken.period_name(month.key),
        "word": spoken.period_word(month.key),
        "last_day": spoken.day_in_year(spoken.last_day(month.ends_at)),
        "days_left": left,
        "orders": levels.order_count(person_id=person, run_id=month.run_id) if month.run_id else 0,
        "is_over": now >= month.ends_at,
        "as_of": spoken.as_of(month.as_of, now=now) if month.as_of else "",
    }


def _beside(shown: list[statements.Month], now: datetime) -> dict[str, Any] | None:
    """The open week beside a month, or the month beside a week, where a second plan pays by it."""
    found = next((one for one in shown if one.state == "open"), None)
    if found is None:
        return None
    return {
        "month": found,
        "word": spoken.period_word(found.key),
        "as_of": spoken.as_of(found.as_of, now=now) if found.as_of else "",
        "last_day": spoken.day_in_year(spoken.last_day(found.ends_at)),
    }


def _last(shown: list[statements.Month]) -> dict[str, Any] | None:
    """The last final month; while the next one is being closed, its note says so."""
    found = next((one for one in shown if one.state == "final"), None)
    if found is None:
        return None
    approved = desk.approved_at(key=found.key)
    said = [_("Approved %(day)s.") % {"day": spoken.day_in_year(approved)}] if approved else []
    said += [
        _("%(month)s is over and is being checked.") % {"month": spoken.period_word(one.key)}
        for one in shown
        if one.state == "closing" and one.starts_at > found.starts_at
    ][:1]
    return {"month": found, "word": spoken.period_word(found.key), "note": " ".join(said)}


def _since(since: datetime | None, now: datetime) -> str:
    """Today, yesterday or the day: when the reader last looked."""
    return spoken.day_in_year(since) if since and (now - since).days < 60 else ""
