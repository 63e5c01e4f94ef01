"""A month of one office on HighLevel, played in minutes: its people, its webhooks, its outages, and both sides' books.

people.py   leads who come, answer and say no; colleagues who write, tag, edit and delete in the CRM by hand
post.py     HighLevel's webhooks on their way to us: lost, repeated, late, tried again
weather.py  the way to HighLevel's API, and how it fails
database.py our own database, taken away and given back
office.py   our side: web, worker and timers as in production, on a clock moved by hand
month.py    the days, one after the other
books.py    what the CRM has against what we have, line by line
"""
