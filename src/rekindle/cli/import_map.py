"""`--map`: what a person says of the columns."""

from pathlib import Path

import yaml

from rekindle.cli.context import UsageProblemError


def read_map(text: str | None) -> dict[str, str]:
    """Column to field, from `A=b,C=d` or from a YAML or JSON file; raises UsageProblemError."""
    if not text:
        return {}
    if "=" not in text or Path(text).is_file():
        return _from_file(Path(text))
    told: dict[str, str] = {}
    for pair in text.split(","):
        column, equals, field = pair.rpartition("=")
        if not equals or not column.strip() or not field.strip():
            raise UsageProblemError(f"--map takes COLUMN=FIELD,COLUMN=FIELD or a file; {pair!r} is neither")
        told[column.strip()] = field.strip()
    return told


def _from_file(path: Path) -> dict[str, str]:
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageProblemError(f"--map: {path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageProblemError(f"--map: {path} is neither YAML nor JSON: {error}") from error
    if not isinstance(read, dict) or not all(isinstance(k, str) and isinstance(v, str) for k, v in read.items()):
        raise UsageProblemError(f"--map: {path} must hold one object of column: field")
    return read
