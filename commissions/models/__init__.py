from commissions.models.ledger import Account, Transfer
from commissions.models.line import Line, Promotion, StatementItem
from commissions.models.period import Period
from commissions.models.plan import PlanVersion
from commissions.models.run import Run, Snapshot

__all__ = [
    "Account",
    "Line",
    "Period",
    "PlanVersion",
    "Promotion",
    "Run",
    "Snapshot",
    "StatementItem",
    "Transfer",
]
