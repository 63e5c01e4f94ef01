"""The JSON API, version 1."""

from rekindle.web.api.routes import router

__all__ = ["router"]
