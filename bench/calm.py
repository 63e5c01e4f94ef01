"""The sandbox's process without its moods: takes everything at once, nobody answers. For numbers about ourselves."""

from functools import partial

from rekindle import main
from rekindle.cli import app
from rekindle.cli.context import Wiring
from rekindle.providers.sandbox.rates import CALM

if __name__ == "__main__":
    app(["sandbox"], obj=Wiring(main.providers, partial(main.sandbox, rates=CALM)))
