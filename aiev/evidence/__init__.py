"""What shows that an accepted program is right: kept tests, killed mutants, independent solutions that agree."""
