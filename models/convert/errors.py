"""The one exception that the converter raises for a model it can't convert."""


class ConvertError(Exception):
    """Something in the model folder is missing, unknown or inconsistent; the message names it."""
