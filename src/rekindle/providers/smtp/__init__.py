"""SMTP, for the office that has a mail server: messages to leads and notices to staff."""
