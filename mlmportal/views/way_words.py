"""The shortest way to a rank, in sentences."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commissions.queries.shortest import Lack, Step
from commissions.queries.way import Way
from common.templatetags.portal import counted, percent_floor, volume


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What a step is about, in a few words, and the rest of it."""

    lead: str
    rest: str


def steps(*, way: Way | None) -> list[Sentence]:
    """One sentence for each step, in their order."""
    return [_sentence(one, way.shortest) for one in way.shortest] if way else []


def closing(*, way: Way | None) -> str:
    """What is near where no step is known, and whether buying more oneself would help."""
    if way is None or not way.needs:
        return ""
    if not way.lacking:
        return _("Everything is met. The rank counts when the month is final.")
    said = ""
    if not way.shortest:
        nearest = way.lacking[0]
        said = _("Nearest is “%(what)s”, of which %(percent)s is reached.") % {
            "what": nearest.label,
            "percent": percent_floor(nearest.have, nearest.need),
        }
    if any(one.of == "own" for one in way.lacking):
        last = _("Orders of your customers count in full, yours do not have to be more.")
    else:
        last = _("You do not need to buy more yourself.")
    return f"{said} {last}".strip()


def _sentence(step: Step, every: tuple[Step, ...]) -> Sentence:
    group = volume(step.missing, "GV")
    match step.kind:
        case "own":
            return Sentence(
                lead=_("%(volume)s more.") % {"volume": volume(step.missing, "PV")},
                rest=_("What your customers order counts in full. It counts for your group as well."),
            )
        case "leg" if step.leg is not None and step.person is not None:
            return _leg(step, step.leg.name, step.person.name)
        case "legs":
            return _legs(step)
        case "outside" if step.leg is not None:
            said = _("%(volume)s outside %(name)s’s leg,") % {"volume": group, "name": step.leg.name}
            return Sentence(lead=said, rest=_("which is your strongest."))
        case _:
            lead = _("The other %(volume)s") if len(every) > 1 else _("%(volume)s more")
            rest = _("may come from any leg, and from your customers in full.")
            return Sentence(lead=lead % {"volume": group}, rest=rest)


def _leg(step: Step, leg: str, person: str) -> Sentence:
    lead = _("%(name)s’s leg.") % {"name": leg}
    lacks = ", ".join(_lack(one) for one in step.lacks)
    values = {"name": person, "lacks": lacks, "rank": step.rank}
    if step.rank:
        return Sentence(lead=lead, rest=_("To %(rank)s, %(name)s still misses: %(lacks)s.") % values)
    return Sentence(lead=lead, rest=_("To be active, %(name)s still misses: %(lacks)s.") % values)


def _legs(step: Step) -> Sentence:
    lead = ngettext("%(count)s more leg", "%(count)s more legs", step.missing) % {
        "count": counted(step.missing)
    }
    if step.rank:
        rest = _("with a %(rank)s or higher. In no other leg is anybody near to it yet.") % {
            "rank": step.rank
        }
    else:
        rest = _("with an active person: somebody whom you or your team bring in.")
    return Sentence(lead=lead, rest=rest)


def _lack(one: Lack) -> str:
    if one.unit == "truth":
        return one.label
    number = volume(one.missing) if one.unit == "points" else counted(one.missing)
    return _("%(number)s of “%(what)s”") % {"number": number, "what": one.label}
