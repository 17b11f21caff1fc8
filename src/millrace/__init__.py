"""Tables, change streams and the functions they drive, as one program."""

__version__ = "0.1.0"
