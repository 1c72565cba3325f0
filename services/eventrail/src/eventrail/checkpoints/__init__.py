"""Signed checkpoints: what an auditor holds, so that a rewritten log is found."""
