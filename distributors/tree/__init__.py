"""The sponsor tree: the only writer of sponsor, lft, rght, tree_id and level.

`sponsor_id` is the truth. lft and rght are labels of one ordered list per tree, spread over 1 to 2**62, so
that a newcomer takes two free labels before the sponsor's rght and moves nobody (docs/decisions/0001).
"""

from distributors.tree.arrays import circles
from distributors.tree.carrying import carry_on, on_the_way
from distributors.tree.carrying import finish as finish_carrying
from distributors.tree.checks import check, problems, repair
from distributors.tree.health import SponsorCircle, rebuild
from distributors.tree.history import MovesBackwards
from distributors.tree.history import problems as history_problems
from distributors.tree.lock import TreeBusy, TreeUnsound, writing
from distributors.tree.moves import NobodyAbove, move, roll_up
from distributors.tree.places import SponsorIsBelow, SponsorUnknown, take_place, take_place_inside
from distributors.tree.planting import Planting, plant, plant_staged

__all__ = [
    "MovesBackwards",
    "NobodyAbove",
    "Planting",
    "SponsorCircle",
    "SponsorIsBelow",
    "SponsorUnknown",
    "TreeBusy",
    "TreeUnsound",
    "carry_on",
    "check",
    "circles",
    "finish_carrying",
    "history_problems",
    "move",
    "on_the_way",
    "plant",
    "plant_staged",
    "problems",
    "rebuild",
    "repair",
    "roll_up",
    "take_place",
    "take_place_inside",
    "writing",
]
