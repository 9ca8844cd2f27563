"""What a program asks to be installed, and how it is."""
