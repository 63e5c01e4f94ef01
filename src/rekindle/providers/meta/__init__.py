"""Meta Lead Ads: a signed hint that a form was filled in, then the lead itself fetched with the page's token."""
