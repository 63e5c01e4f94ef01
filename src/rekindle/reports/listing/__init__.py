"""Whole tables, row by row, for the command line and exports."""
