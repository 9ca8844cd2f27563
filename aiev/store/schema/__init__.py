"""Tables: how they came to be, and what their columns mean."""
