"""The connections page: what the office is connected to, whether it works, and what to paste where."""
