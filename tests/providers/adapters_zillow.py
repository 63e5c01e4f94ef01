"""Zillow Rentals' posts, for the contract suite: the secret is the end of the URL."""

from collections.abc import Mapping
from urllib.parse import urlencode

from rekindle.providers.ports import Account, Request
from rekindle.providers.zillow.inbound import ZillowInbound
from tests.providers.contract import Adapter, Sample, account

TOKEN = "q8Zr1v0aPZ3mYb7tK2LhXw5e"
FORM = "application/x-www-form-urlencoded"
ENQUIRY = {
    "listingId": "p01023",
    "name": "Ann Lee",
    "email": "ann@mail.example",
    "phone": "312-555-0142",
    "movingDate": "20261215",
    "numBedroomsSought": "3",
    "numBathroomsSought": "2",
    "message": "Is it still free?\r\nI could move in soon.",
    "listingStreet": "246 Elm Avenue",
    "listingUnit": "C102",
    "listingCity": "Chicago",
    "listingState": "IL",
    "listingPostalCode": "60601",
    "listingContactEmail": "rentals@lakeside.example",
    "creditScoreRangeJson": '{"creditScoreMin":620}',
    "incomeYearly": "50000",
    "smoker": "false",
    "petDetailsJson": '[{"type":"dog"}]',
    "numOccupants": "4",
}


def nothing(request: Request, signer: Account) -> Mapping[str, str]:  # noqa: ARG001 Zillow signs nothing
    return {}


ADAPTERS = (
    Adapter(
        ZillowInbound(),
        account("zillow", path_token=TOKEN),
        tuple(account("zillow", path_token=token) for token in ("", TOKEN[:-1], TOKEN + "0", TOKEN.lower())),
        nothing,
        (Sample(urlencode(ENQUIRY).encode(), tail=TOKEN, content_type=FORM),),
        covers_body=False,
        by_url=True,
    ),
)
