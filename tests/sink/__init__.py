"""The writer, from one record of its journal to the whole process."""
