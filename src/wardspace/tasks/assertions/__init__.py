"""Assertions: whether what a note mentions is denied, past, only possible in the future, or a relative's."""
