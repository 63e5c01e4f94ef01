"""Processes killed at every boundary between our books and the world; afterwards the books must be right."""
