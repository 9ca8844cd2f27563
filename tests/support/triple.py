"""One problem with right and wrong programs, for the tests of evidence."""

PROBLEM = "Write a Python function `triple(x)` that returns three times x."
GOOD = "def triple(x):\n    return x * 3\n"
OTHER = "def triple(x):\n    return x + x + x\n"
WRONG = "def triple(x):\n    return x + 2\n"
