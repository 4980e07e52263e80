"""Who asks, in the words of sales."""

from datetime import date, datetime

from django.http import HttpRequest
from django.utils import timezone

from common.guards import Person, me_of
from sales.operations.orders import Buyer
from sales.queries.buyers import standing_of
from sales.queries.orders import Viewer
from sales.queries.terms import company_day


def person(request: HttpRequest) -> Person:
    """The signed-in distributor or customer; for views under portal_user_required."""
    me = me_of(request)
    if me is None:
        raise PermissionError("this view needs a guard")
    return me


def is_distributor(me: Person) -> bool:
    return me.distributor_id is not None and me.kind == "distributor"


def buyer(me: Person) -> Buyer:
    if is_distributor(me):
        return Buyer(distributor_id=me.distributor_id)
    return Buyer(customer_id=me.customer_id)


def viewer(me: Person) -> Viewer:
    if is_distributor(me):
        return Viewer(distributor_id=me.distributor_id)
    return Viewer(customer_id=me.customer_id)


def standing(me: Person) -> str:
    return standing_of(customer_id=None if is_distributor(me) else me.customer_id)


def now_and_today() -> tuple[datetime, date]:
    """The moment, read once at the edge, and the company's day."""
    now = timezone.now()
    return now, company_day(moment=now)
