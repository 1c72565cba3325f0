"""Copies of a log: made, kept up to date, restored, and used to repair."""
