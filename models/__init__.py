"""The trained text classifier: reading notes, scoring them, and the releases that are shipped."""
