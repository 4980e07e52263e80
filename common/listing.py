"""Lists of rows nobody counts to the end."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from common.templatetags.portal import counted

# Nobody turns so many pages: who looks for something further down searches, filters or sorts.
MOST_COUNTED = 10_000


class AtLeast(int):
    """A number beyond which nothing was counted, and which says so wherever it is shown."""

    def __str__(self) -> str:
        return _("more than %(count)s") % {"count": counted(int(self))}


class FirstOnes(Paginator):  # type: ignore[type-arg]
    """Pages of the first MOST_COUNTED rows: a table of a million is not counted for a page of fifty."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        if isinstance(rows, list):
            return len(rows)
        found = int(rows.order_by()[: MOST_COUNTED + 1].count())
        return AtLeast(MOST_COUNTED) if found > MOST_COUNTED else found
