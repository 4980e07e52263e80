from distributors.models.distributor import Distributor, ReferralCode, StatusChange, TreeIsWrittenElsewhere
from distributors.models.enrolment import Document, Enrolment
from distributors.models.look import LastLook
from distributors.models.news import NewsItem, NewsRead, Question, QuestionPart
from distributors.models.notice import MailRhythm, Notice, NoticeChoice
from distributors.models.openness import Openness
from distributors.models.own_data import DataFile, Leaving
from distributors.models.pages import PageVersion, PersonalPage, Picture
from distributors.models.placement import (
    Holding,
    Placement,
    PlacementIsWrittenElsewhere,
    PlacementTree,
    PlacementVolume,
)
from distributors.models.profile import Profile
from distributors.models.sharing import Invitation, InvitationRefusal, LinkVisits
from distributors.models.sponsorship import Carrying, SponsorChange, Sponsorship, TreeHealth
from distributors.models.user import User, superuser_made

__all__ = [
    "Carrying",
    "DataFile",
    "Distributor",
    "Document",
    "Enrolment",
    "Holding",
    "Invitation",
    "InvitationRefusal",
    "LastLook",
    "Leaving",
    "LinkVisits",
    "MailRhythm",
    "NewsItem",
    "NewsRead",
    "Notice",
    "NoticeChoice",
    "Openness",
    "PageVersion",
    "PersonalPage",
    "Picture",
    "Placement",
    "PlacementIsWrittenElsewhere",
    "PlacementTree",
    "PlacementVolume",
    "Profile",
    "Question",
    "QuestionPart",
    "ReferralCode",
    "SponsorChange",
    "Sponsorship",
    "StatusChange",
    "TreeHealth",
    "TreeIsWrittenElsewhere",
    "User",
    "superuser_made",
]
