"""`python -m eventrail` is `eventrail`."""

from eventrail.cli import main

main()
