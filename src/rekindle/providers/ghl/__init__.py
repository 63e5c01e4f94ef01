"""GoHighLevel: webhooks and polled records in; messages, contacts, notes, stages and appointments out."""
