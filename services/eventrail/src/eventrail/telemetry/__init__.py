"""What the server tells of itself while it works: metrics for Prometheus, traces for OpenTelemetry."""
