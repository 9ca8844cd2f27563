"""The packages that a program asks for, and their installation."""
