"""What is appended to a program and its tests to see that it ran to its end."""

RAN = "\ndef ran():\n    return 'to the end'\n"
TO_THE_END = "assert ran() == 'to the end'"
