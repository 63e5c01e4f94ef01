"""Forks worker processes on demand, so that a restart costs milliseconds: everything is imported already.

Reads a line of JSON a generation (a list of lives), answers a line: how each of them ended.
"""

import json
import os
import sys
import traceback
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from rekindle.kit import log
from rekindle.policy import load as policies
from tests.crash.child import Life, main


def serve() -> None:
    log.set_up("critical")
    policies.load_all()
    for line in sys.stdin:
        pids = [_fork(life) for life in json.loads(line)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        sys.stdout.write(json.dumps(codes) + "\n")
        sys.stdout.flush()


def _fork(told: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        main(
            Life(
                url=told["url"],
                office_id=UUID(told["office_id"]),
                carrier=Path(told["carrier"]),
                at=datetime.fromisoformat(told["at"]),
                seed=told["seed"],
                kill_at=told["kill_at"],
                alone=told["alone"],
            )
        )
    finally:  # main never returns: here something went wrong
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    serve()
