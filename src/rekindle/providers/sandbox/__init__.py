"""A provider that is none: messages stay on this machine and believable leads answer. Never for production."""
