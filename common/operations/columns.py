"""Whole columns of whole numbers between the database and arrays, without an object per row: `tables` in brief."""

from collections.abc import Mapping, Sequence

from common.operations import tables
from common.operations.tables import Ints, Numbers


def read(*, select: str, columns: Sequence[str]) -> list[Ints]:
    """The columns of `SELECT columns select` as arrays; 0 stands for NULL.

    `select` begins with FROM and holds no values from outside.
    """
    chosen = ", ".join(f"CAST(coalesce({name}, 0) AS bigint)" for name in columns)
    shape = {f"column{at}": "int" for at in range(len(columns))}
    return list(tables.read(query=f"SELECT {chosen} {select}", shape=shape).values())


def write(*, table: str, values: Mapping[str, Ints]) -> None:
    """Add rows to a table whose columns are bigint, NOT NULL; all arrays are of one length."""
    tables.write(table=table, columns={name: Numbers(column) for name, column in values.items()})
