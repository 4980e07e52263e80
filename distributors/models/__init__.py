from distributors.models.distributor import Distributor, ReferralCode, StatusChange, TreeIsWrittenElsewhere
from distributors.models.enrolment import Document, Enrolment
from distributors.models.profile import Profile
from distributors.models.user import User

__all__ = [
    "Distributor",
    "Document",
    "Enrolment",
    "Profile",
    "ReferralCode",
    "StatusChange",
    "TreeIsWrittenElsewhere",
    "User",
]
