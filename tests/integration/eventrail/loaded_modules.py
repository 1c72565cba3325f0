"""Prints what a server loads before it is told of any collector."""

import sys

import eventrail.main

if __name__ == "__main__":
    assert eventrail.main.serve is not None
    print("\n".join(sorted(sys.modules)))
