"""A live office on the real wiring, every provider a small fake on loopback: told as stories.

site.py     the office: web, two workers and timers as in production, on a clock moved by hand
outside.py  the providers the office is connected to, and the signed webhooks they send
"""
