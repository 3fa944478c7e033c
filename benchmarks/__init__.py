"""Figures of Recto, measured by ``make bench``."""
