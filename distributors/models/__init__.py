from distributors.models.distributor import Distributor, ReferralCode, StatusChange, TreeIsWrittenElsewhere
from distributors.models.enrolment import Document, Enrolment
from distributors.models.notice import MailRhythm, Notice, NoticeChoice
from distributors.models.placement import (
    Holding,
    Placement,
    PlacementIsWrittenElsewhere,
    PlacementTree,
    PlacementVolume,
)
from distributors.models.profile import Profile
from distributors.models.sponsorship import Carrying, SponsorChange, Sponsorship, TreeHealth
from distributors.models.user import User

__all__ = [
    "Carrying",
    "Distributor",
    "Document",
    "Enrolment",
    "Holding",
    "MailRhythm",
    "Notice",
    "NoticeChoice",
    "Placement",
    "PlacementIsWrittenElsewhere",
    "PlacementTree",
    "PlacementVolume",
    "Profile",
    "ReferralCode",
    "SponsorChange",
    "Sponsorship",
    "StatusChange",
    "TreeHealth",
    "TreeIsWrittenElsewhere",
    "User",
]
