"""One deadline over several calls."""

import asyncio


class Until:
    """A moment so many seconds from now, on the loop's own clock."""

    def __init__(self, seconds: float) -> None:
        self._at = asyncio.get_running_loop().time() + seconds

    def left(self) -> float:
        """Seconds that remain; zero or less when it has passed."""
        return self._at - asyncio.get_running_loop().time()
