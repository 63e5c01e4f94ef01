"""One attempt to hand a mail over, as the thread that talks and the task that waits both see it."""

import contextlib
import socket
from threading import Lock


class Attempt:
    """What thread and waiter share: whether the final dot may still leave, and the socket to cut."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._closed = False
        self._dot_left = False
        self._socket: socket.socket | None = None

    def opened(self, connection: socket.socket) -> None:
        """Keep the connection, so that closing can cut it; cuts it at once when it is too late already."""
        with self._lock:
            self._socket = connection
            late = self._closed
        if late:
            self._cut()

    def dot(self) -> None:
        """From here on nobody knows; raises TimeoutError when the waiter has given up before."""
        with self._lock:
            if self._closed:
                raise TimeoutError
            self._dot_left = True

    def close(self) -> bool:
        """Give up; whether the final dot may have left."""
        with self._lock:
            self._closed = True
            left = self._dot_left
        self._cut()
        return left

    @property
    def dot_left(self) -> bool:
        return self._dot_left

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # what wakes a thread that reads
