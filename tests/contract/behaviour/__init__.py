"""What every event store does, said once, in the port's own terms."""
