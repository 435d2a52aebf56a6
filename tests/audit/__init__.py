"""The history, and whether it is what commands made of it."""
