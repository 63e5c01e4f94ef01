"""Run before the tests: brings the one part that pip cannot, a browser, and prints pytest's extra arguments.

With CI set a missing browser fails the run. Elsewhere, without root to install it, the browser tests are left out, and
the run says so in as many words: a bare machine can still prove everything else.
"""

import os
import shutil
import subprocess
import sys

APT = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")


def browser() -> bool:
    """Whether chromium is there, after trying to install it where we may."""
    if not shutil.which("chromium") and shutil.which("apt-get") and os.getuid() == 0:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print("preflight: installing chromium for the browser tests", file=sys.stderr)
        subprocess.run(("apt-get", "update", "-qq"), check=False, env=quiet, stdout=sys.stderr)
        subprocess.run(APT, check=False, env=quiet, stdout=sys.stderr)
    return shutil.which("chromium") is not None


if __name__ == "__main__":
    if not browser():
        words = "chromium is missing and cannot be installed here (on Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            sys.exit(f"preflight: {words}")
        print(f"preflight: {words}; BROWSER TESTS ARE LEFT OUT OF THIS RUN", file=sys.stderr)
        print("--ignore=tests/browser")
