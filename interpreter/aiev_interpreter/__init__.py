"""The code interpreter of aiev: what runs, in which sandbox, under which limits."""
