"""Giving the directory out: as it came, valid, or fit for everybody."""
