"""Access to KAN-TTS's config.yaml that names a missing key."""

from .errors import ConvertError


def parameters(config, model):
    """The `params` section of `Model.<model>`."""
    try:
        return config["Model"][model]["params"]
    except (KeyError, TypeError) as error:
        raise ConvertError(f"config: key 'Model.{model}.params' is missing") from error


def required(params, key):
    """params[key]."""
    if key not in params:
        raise ConvertError(f"config: key '{key}' is missing")
    return params[key]
