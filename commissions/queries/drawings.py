"""A person's months as charts: figures and words, ready to be drawn."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from commissions.core.explain import paid_levels
from commissions.queries import charts, members, plan_words
from commissions.queries.charts import Point
from common import dates, spoken
from common.charts import LAST_SLOT, Chart, Month, Series
from common.templatetags.portal import money_filter, volume


def earnings(*, person_id: int, months: Sequence[members.Month], known: Collection[str]) -> Chart | None:
    """Earnings by bonus and month; None while nothing was ever paid. `months` are those of members, `known` the keys of
    those whose run knew the person: of none of them, where the only estimate is replaced while the page is made."""
    found = _since_joined(charts.earnings(person_id=person_id, months=months), known)
    if not found.series or not found.points:
        return None
    sums = [sum(values[at] for _bonus, values in found.series) for at in range(len(found.points))]
    return Chart(
        key="earnings",
        title=_("Earnings by bonus"),
        sentence=_sentence(_("Earnings by bonus"), found.points, [money_filter(one) for one in sums], sums),
        months=_months(found.points),
        series=_slots(found),
        currency=settings.COMPANY_CURRENCY,
    )


def volumes(
    *, person_id: int, months: Sequence[members.Month], known: Collection[str], required: int | None = None
) -> Chart | None:
    """Volumes by month: of the group, one's own, and outside of the strongest leg where the plan asks for that.

    None while there was none. `required` is what the next rank asks of the group.
    """
    found = charts.volumes(person_id=person_id, months=months)
    start = _first_known(found.points, known)
    found = replace(
        found,
        points=found.points[start:],
        own=found.own[start:],
        group=found.group[start:],
        outside=found.outside[start:],
    )
    if not any(found.own) and not any(found.group):
        return None
    words = [volume(one, "GV") for one in found.group]
    needed = _("%(points)s needed") % {"points": _whole(required)} if required else ""
    return Chart(
        key="volumes",
        title=_("Volumes by month"),
        sentence=_sentence(_("Group volume by month"), found.points, words, found.group),
        months=_months(found.points),
        series=(
            Series(name=_("Group volume"), values=found.group, slot=1),
            Series(name=_("Own volume"), values=found.own, slot=3),
            *_outside(found),
        ),
        is_money=False,
        unit="GV",
        required=required,
        required_text=needed,
    )


def _outside(found: charts.Volumes) -> list[Series]:
    if not found.outside:
        return []
    name = _("Outside your strongest leg")
    return [Series(name=name, values=found.outside, slot=2, short=_("Outside"))]


def _since_joined(found: charts.Earnings, known: Collection[str]) -> charts.Earnings:
    start = _first_known(found.points, known)
    series = tuple((bonus, values[start:]) for bonus, values in found.series)
    return replace(found, points=found.points[start:], series=series)


def _first_known(points: Sequence[Point], known: Collection[str]) -> int:
    """Where the person's own months begin: what was before they joined is nothing of theirs."""
    return next((at for at, point in enumerate(points) if point.key in known), len(points))


def _months(points: Sequence[Point]) -> tuple[Month, ...]:
    return tuple(
        Month(
            short=_short(point),
            name=spoken.period_name(point.key),
            final=point.final,
        )
        for point in points
    )


def _short(point: Point) -> str:
    """Oct, or the week's number."""
    if dates.calendar_of(point.key) == dates.MONTH:
        return date_format(localtime(point.starts_at), "M")
    return point.key.partition("-W")[2]


def _slots(found: charts.Earnings) -> tuple[Series, ...]:
    """Every bonus keeps its colour, whoever looks; what comes after the fourth is joined as others."""
    places = _places()
    apart, rest = [], []
    for (name, label), values in found.series:
        slot = places.get(name, LAST_SLOT)
        if slot < LAST_SLOT:
            apart.append(Series(name=label, values=values, slot=slot))
        else:
            rest.append(values)
    if rest:
        joined = tuple(sum(column) for column in zip(*rest, strict=True))
        apart.append(Series(name=_("Others"), values=joined, slot=LAST_SLOT))
    return tuple(sorted(apart, key=lambda one: one.slot))


def _places() -> dict[str, int]:
    """A colour for each bonus of the newest plan: that with the most levels first, then as the plan names them."""
    plan = plan_words.newest()
    bonuses = sorted(plan.bonuses, key=lambda one: -len(paid_levels(plan, one))) if plan else []
    # Bonuses of one level stay in the plan's order: which of them is first must not hang on who earns it.
    widest, others = bonuses[:1], [one for one in (plan.bonuses if plan else ()) if one not in bonuses[:1]]
    return {one.name: at for at, one in enumerate([*widest, *others], start=1)}


def _sentence(title: str, points: Sequence[Point], words: Sequence[str], values: Sequence[int]) -> str:
    highest = max(range(len(values)), key=lambda at: values[at])
    last = len(points) - 1
    state = _("final") if points[last].final else _("an estimate")
    return _("%(title)s. %(last)s: %(value)s, %(state)s. The highest was %(most)s in %(month)s.") % {
        "title": title,
        "last": spoken.period_name(points[last].key),
        "value": words[last],
        "state": state,
        "most": words[highest],
        "month": spoken.period_name(points[highest].key),
    }


def _whole(points: int | None) -> str:
    return volume(points or 0).rpartition(volume(0)[1])[0]
