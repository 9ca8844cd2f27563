"""Preferences: programs and tests that were sampled apart judge each other, and come to pairs to train on."""
