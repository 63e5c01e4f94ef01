"""Headline numbers, one module each; every module's `measure` returns plain JSON values."""
