"""Which providers an office is connected to: credentials under seal, what carries its messages, how each one is."""
