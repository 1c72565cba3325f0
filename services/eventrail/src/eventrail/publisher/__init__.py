"""The log's copy on NATS JetStream: every event, its sequence equal to its position."""
