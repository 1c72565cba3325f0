"""`just demo`: a question bank's whole way through a running system, told as it goes and checked at every step."""
