"""A disk in memory that loses what a real one may lose, all of it decided by one seed."""
