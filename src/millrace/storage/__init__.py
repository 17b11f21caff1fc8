"""Bytes in order, and journals: the narrow seam under which a database does its work."""
