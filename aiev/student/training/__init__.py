"""Training of the student, in a process of its own: the only one that imports torch."""
