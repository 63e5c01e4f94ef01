"""`make bench`: every headline number as one JSON object; `python -m bench NAME ...` runs some.

`month` runs only when it is named: it takes an hour for its two thousand leads.
"""

import argparse
import importlib
import json

MODULES = ("deciding", "ingest", "latency", "importing", "waking", "verified", "sending")

if __name__ == "__main__":
    asking = argparse.ArgumentParser(prog="bench", description=__doc__)
    asking.add_argument("names", nargs="*", default=MODULES)
    asking.add_argument("--leads", type=int, default=2000, help="of the month")
    given = asking.parse_args()
    for name in given.names:
        options = {"leads": given.leads} if name == "month" else {}
        print(json.dumps({name: importlib.import_module(f"bench.{name}").measure(**options)}), flush=True)
