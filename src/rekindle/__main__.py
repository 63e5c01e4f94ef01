"""`python -m rekindle` is the same as `rekindle`."""

from rekindle.main import run

if __name__ == "__main__":
    run()
