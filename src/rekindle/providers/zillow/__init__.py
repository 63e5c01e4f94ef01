"""Zillow Rentals and HotPads: a form posted to an address only they know. No settings: nothing of ours calls it."""
