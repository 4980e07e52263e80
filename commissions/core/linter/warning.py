"""A warning, with its reason and where the reason comes from."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Doubt:
    code: str  # the function that has it
    where: str  # the section and name of the plan: bonuses.fast_start
    says: str  # what can happen, and why that matters
    source: str  # who says so: a ruling, a law, a plan of the field

    def __str__(self) -> str:
        return f"{self.where}: {self.says} [{self.code}; {self.source}]"


# Where the reasons come from. Rulings bind whom they name; they tell what others are measured by.
BURNLOUNGE = (
    "FTC v. BurnLounge: rewards for recruiting, unrelated to sales to ultimate users, make a pyramid; "
    "http://business.ftc.gov/blog/2014/06/ninth-circuit-opinion-offers-insights-illegal-pyramid-schemes"
)
OMNITRITION = (
    "Webster v. Omnitrition: rewards on suggested retail prices of what is ordered are unrelated to sales; "
    "https://www.dsa.org/dsa-resources/advocacy-resources/government-legal-library/advisory-memoranda/"
    "webster-v.-omnitrition-international.-inc.-et-al--summary-judgment-repealed-and-remanded-in-part"
)
VEMMA = (
    "FTC v. Vemma: no pay, and no eligibility for pay, tied to participants' own purchases; "
    "https://www.adlawaccess.com/2016/12/articles/vemma-settles-ongoing-litigation-with-ftc-over-pyramid-charges/"
)
GUIDANCE = (
    "FTC business guidance 2018: does the plan reward buying to qualify rather than to use?; "
    "https://kelleydrye.com/viewpoints/blogs/ad-law-access/ftc-releases-business-guidance-on-multi-level-marketing-"
    "memorializing-principles-from-prior-settlements-on-hot-button-issues"
)
CANADA = (
    "Competition Act (Canada) s. 55.1: pay for recruitment, or a purchase required to take part; "
    "https://laws.justice.gc.ca/eng/acts/C-34/section-55.1.html"
)
KOREA = (
    "Korea caps payout at 35 % of a year's sales, Vietnam at 40 %; https://kiss.kstudy.com/Detail/Ar?key=3613243, "
    "https://lawnet.vn/en/laws/hoa-hong-tien-thuong-va-loi-ich-kinh-te-khac-trong-ban-hang-da-cap-duoc-quy-doi-nhu-the-"
    "nao-719242-71962.html"
)
RUNAWAY = "https://sylvina.com/blog/index.php/how-to-slow-down-a-runaway-binary-compensation-plan"
SELLER_ONLY = (
    "a platform's own description of it: (earner's rate - source's rate) × amount, whoever stands between; "
    "https://docs.iwm-platform.octosparrow.space/architecture/05-commission-engine.html"
)
BLOCKING = (
    "infinity bonuses of the field end at a blocker; "
    "https://support.mypurium.com (Green Diamond, Blue Diamond), https://globalmlmsolution.com"
)
GENERATIONS = (
    "where a generation begins, and whose it is, differs between plans; "
    "https://help.directscale.com/hc/en-us/articles/360058717113-Generations-and-Compression-Rules"
)
RANK_RULES = (
    "each leg counts once, ranks of legs are found from the lowest up; "
    "https://www.doterra.com/US/en/blog/building-the-basics-of-fast-start"
)
POOLS = "pool shares as published by plans may add up to more than the pool; https://developers.directscale.com/docs/payment-pools"
