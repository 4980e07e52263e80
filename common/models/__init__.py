from common.models.job import Job
from common.models.sequence import Sequence

__all__ = ["Job", "Sequence"]
