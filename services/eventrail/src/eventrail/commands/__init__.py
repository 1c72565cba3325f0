"""The commands of `eventrail` that are no server: clients over HTTP, and the verification of files."""
