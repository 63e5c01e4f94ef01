"""Cal.com: bookings made, moved and canceled by leads, by signed webhook. No settings: nothing of ours calls it."""
