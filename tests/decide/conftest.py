"""Property tests: enough examples to matter, few enough that the folder stays quick; machines may be busy."""

from hypothesis import settings

settings.register_profile("decide", max_examples=40, deadline=None)
settings.load_profile("decide")
