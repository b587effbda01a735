"""Experts by themselves: how fast they train, in which shape, and what they gain."""
