"""The index: acceleration that may be deleted at any time, in memory and in files, never the truth."""
