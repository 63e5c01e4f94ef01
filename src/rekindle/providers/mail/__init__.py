"""E-mail coming in: posted by the office's mail server, or fetched from a mailbox."""
