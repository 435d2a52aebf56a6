"""propcli: the office of a property service centre, in plain files under git."""

__version__ = "0.1.0"
