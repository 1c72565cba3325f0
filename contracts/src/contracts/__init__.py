"""The shapes that cross a boundary: envelope, events, requests, problems and subjects."""
