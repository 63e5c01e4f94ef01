"""The raw events an office keeps: listed, looked at, read anew, put back in the queue."""
