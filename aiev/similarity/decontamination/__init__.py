"""Decontamination: which texts resemble the problems of benchmarks."""
