"""PostgreSQL and NATS from their wheels, and the whole system as one command, for a laptop and for tests."""
