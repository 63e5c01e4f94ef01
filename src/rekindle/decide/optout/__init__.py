"""Opt-out in any wording: `classify` says how surely a text asks us to stop."""

from rekindle.decide.optout.classify import OptOut, classify

__all__ = ["OptOut", "classify"]
