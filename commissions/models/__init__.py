from commissions.models.adjustment import Adjustment
from commissions.models.correcting import Correcting
from commissions.models.freeze import BooksCheck, Freeze
from commissions.models.ledger import Account, Transfer
from commissions.models.line import Line, Promotion, StatementItem
from commissions.models.period import Calendar, Period
from commissions.models.plan import PlanVersion
from commissions.models.run import Carried, Run, Snapshot
from commissions.models.sums import LevelSum, TeamSum
from commissions.models.team import TeamExport, TeamView
from commissions.models.withholding import Withholding

__all__ = [
    "Account",
    "Adjustment",
    "BooksCheck",
    "Calendar",
    "Carried",
    "Correcting",
    "Freeze",
    "LevelSum",
    "Line",
    "Period",
    "PlanVersion",
    "Promotion",
    "Run",
    "Snapshot",
    "StatementItem",
    "TeamExport",
    "TeamSum",
    "TeamView",
    "Transfer",
    "Withholding",
]
