"""The engine: an append-only log of events in plain files, one writer, any number of readers."""
