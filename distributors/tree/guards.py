"""The database itself keeps placement trees in shape: triggers on both databases, put back after every migration.

What a constraint can say, a constraint says (models/placement.py): a slot is given once, one root, a person's
first, second … position once. The rest compares a position with its tree and with the position above:

- the slot exists in this tree, the level is within its depth, the person has not more positions than allowed;
- the position above belongs to the same tree, and stands one level higher;
- where a position stands, and whose it is, never changes;
- a tree that holds positions keeps its width, its depth and its positions per person.

On PostgreSQL they look once at each statement that inserts, so that a bulk insert costs no row by row.
"""

# ruff: noqa: S608 - names of our tables, no input

from typing import Any

from django.db import connection, transaction

from distributors.models import Placement, PlacementTree

POSITION, TREE = Placement._meta.db_table, PlacementTree._meta.db_table
FITS, STAYS, SHAPE = (f"{POSITION}_fits", f"{POSITION}_stays", f"{TREE}_shape")
EXPECTED = frozenset({FITS, STAYS, SHAPE})

MISFIT = (
    "This position does not fit its placement tree: slot, depth, positions of the person, or position above"
)
MOVED = "A position never moves and never changes hands"
RESHAPED = "A placement tree that holds positions keeps its shape"

_MISFITS = """FROM {new} p JOIN {tree} t ON t.id = p.tree_id LEFT JOIN {position} above ON above.id = p.parent_id
    WHERE p.slot > t.width OR p.ordinal > t.positions_per_person OR p.level > t.depth_limit
       OR above.tree_id <> p.tree_id OR above.level + 1 <> p.level"""
_THE_NEW_ONE = f"(SELECT * FROM {POSITION} WHERE id = NEW.id)"
_TRUTH = ("tree_id", "owner_id", "ordinal", "parent_id", "slot", "placed_at")
_SHAPE = ("width", "depth_limit", "positions_per_person")


def install(**_: Any) -> None:
    """Put every guard in place. Safe to repeat; listens to post_migrate."""
    if POSITION not in connection.introspection.table_names():
        return
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def missing() -> list[str]:
    """The guards that should be there and are not."""
    sql = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(EXPECTED - {name for (name,) in cursor.fetchall()})


def _postgresql() -> list[str]:
    misfits = _MISFITS.format(new="touched", tree=TREE, position=POSITION)
    held = f"EXISTS (SELECT 1 FROM {POSITION} WHERE tree_id = OLD.id)"
    return [
        _function(FITS, f"IF EXISTS (SELECT 1 {misfits}) THEN {_refuse(MISFIT)} END IF; RETURN NULL;"),
        f"CREATE OR REPLACE TRIGGER {FITS} AFTER INSERT ON {POSITION} REFERENCING NEW TABLE AS touched "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {FITS}()",
        _function(STAYS, _refuse(MOVED)),
        f"CREATE OR REPLACE TRIGGER {STAYS} BEFORE UPDATE ON {POSITION} FOR EACH ROW "
        f"WHEN ({_changed(_TRUTH, 'IS DISTINCT FROM')}) EXECUTE FUNCTION {STAYS}()",
        _function(SHAPE, f"IF {held} THEN {_refuse(RESHAPED)} END IF; RETURN NEW;"),
        f"CREATE OR REPLACE TRIGGER {SHAPE} BEFORE UPDATE ON {TREE} FOR EACH ROW "
        f"WHEN ({_changed(_SHAPE, 'IS DISTINCT FROM')}) EXECUTE FUNCTION {SHAPE}()",
    ]


def _sqlite() -> list[str]:
    misfits = _MISFITS.format(new=_THE_NEW_ONE, tree=TREE, position=POSITION)
    held = f"EXISTS (SELECT 1 FROM {POSITION} WHERE tree_id = OLD.id)"
    return [
        _guard(FITS, f"AFTER INSERT ON {POSITION}", f"EXISTS (SELECT 1 {misfits})", MISFIT),
        _guard(STAYS, f"BEFORE UPDATE ON {POSITION}", _changed(_TRUTH, "IS NOT"), MOVED),
        _guard(SHAPE, f"BEFORE UPDATE ON {TREE}", f"({_changed(_SHAPE, 'IS NOT')}) AND {held}", RESHAPED),
    ]


def _guard(name: str, event: str, condition: str, message: str) -> str:
    return (
        f"CREATE TRIGGER IF NOT EXISTS {name} {event} WHEN {condition} "
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def _changed(columns: tuple[str, ...], differs: str) -> str:
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


def _refuse(message: str) -> str:
    return f"RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
