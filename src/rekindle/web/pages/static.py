"""Static files under one digest: any change of any file gives all of them new, for ever cacheable addresses."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

FOLDER: Final = Path(__file__).resolve().parent.parent / "static"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
FOREVER: Final = "public, max-age=31536000, immutable"

# Read once at start: what is served is a closed list, so no path can lead out of it.
FILES: Final = {
    path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in sorted(FOLDER.rglob("*")) if path.suffix in TYPES
}
DIGEST: Final = hashlib.sha256(b"\0".join(name.encode() + b"\0" + body for name, body in FILES.items())).hexdigest()[
    :12
]

router = APIRouter()


def static_url(name: str) -> str:
    """The address of a static file; a name that does not exist is an error at render, not a 404 in the field."""
    if name not in FILES:
        raise FileNotFoundError(f"no static file {name}")
    return f"/static/{DIGEST}/{name}"


@router.get("/static/{digest}/{name:path}")
async def static_file(digest: str, name: str) -> Response:
    """One static file; an old page that asks by an old digest gets today's file, uncached."""
    body = FILES.get(name)
    if body is None:
        return Response("no such file", status_code=404, media_type="text/plain")
    cache = FOREVER if digest == DIGEST else "no-cache"
    return Response(body, media_type=TYPES[Path(name).suffix], headers={"Cache-Control": cache})
