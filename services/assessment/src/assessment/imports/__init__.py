"""Question banks from files: bytes in, questions and a report that names every problem by row and column out."""
