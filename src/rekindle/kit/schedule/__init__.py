"""What the engine keeps about itself: timers and workers."""
