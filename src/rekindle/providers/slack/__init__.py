"""Slack, for notices to staff."""
