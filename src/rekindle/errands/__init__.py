"""Calls to providers that are no messages: fetch, look up, keep the CRM in step, tell staff. Durable, asked once."""
