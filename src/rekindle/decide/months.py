"""Calendar months, as the law counts them."""

import calendar
from datetime import datetime


def add_months(at: datetime, months: int) -> datetime:
    """The same day and time `months` later; the last day of the month when it has no such day."""
    years, month = divmod(at.month - 1 + months, 12)
    year = at.year + years
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    return at.replace(year=year, month=month + 1, day=day)
