from common.models.integers import IntegersField
from common.models.job import Job
from common.models.outbox import Letter
from common.models.pulse import Pulse
from common.models.sequence import Sequence
from common.models.trail import TrailEntry

__all__ = ["IntegersField", "Job", "Letter", "Pulse", "Sequence", "TrailEntry"]
