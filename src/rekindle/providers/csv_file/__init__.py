"""CSV exports of any CRM: bytes to rows, rows to enquiries, and the `import` source of the inbox."""
