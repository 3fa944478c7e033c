"""Uploads, their variants, and where they are used."""
