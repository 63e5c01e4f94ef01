"""Follow Up Boss: thin signed hints that people changed, then each person fetched as they stand now."""
