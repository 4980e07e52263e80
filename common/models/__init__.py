from common.models.integers import IntegersField
from common.models.job import Job
from common.models.sequence import Sequence

__all__ = ["IntegersField", "Job", "Sequence"]
