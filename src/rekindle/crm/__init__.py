"""The CRM kept in step both ways: who is who there, what it was told, what it has that never reached us."""
