"""Twilio: SMS out by the Messages API, replies and status callbacks in, line types by Lookup."""
