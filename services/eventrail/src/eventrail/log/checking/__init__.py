"""A log checked from its files alone, beside the process that writes it or without one."""
