"""SendGrid: mail out, receipts and mail in, both lists of who must not be written to kept the same.

Plain httpx instead of the vendor's SDK: it has no time-out by default and hides the raw answer; its webhook helper
raises TypeError and AttributeError where it should refuse.
"""

PROVIDER = "sendgrid"
