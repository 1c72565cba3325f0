"""Eventrail over HTTP: thin handlers between the contracts and the engine."""
