"""`make bench`: every headline number as one JSON object; `python -m bench NAME ...` runs some."""

import importlib
import json
import sys

MODULES = ("deciding", "ingest", "latency", "importing", "waking")

if __name__ == "__main__":
    for name in sys.argv[1:] or MODULES:
        print(json.dumps({name: importlib.import_module(f"bench.{name}").measure()}), flush=True)
