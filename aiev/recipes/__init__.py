"""Recipes: short compositions of the other parts."""
