"""Files that travel with the engine: in the source tree while developing, inside the wheel when installed."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent


def folder(name: str) -> Path:
    """The `migrations` or `examples` folder; raises FileNotFoundError when neither place has it."""
    for candidate in (PACKAGE / "_data" / name, PACKAGE.parent.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"the folder {name} did not come with this installation")
