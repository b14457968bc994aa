"""Where a network computes.

Layer: above errors. Imports torch, and nothing of ours but errors.
"""

import torch

from qsovae.errors import ConfigError


def choose_device(name: str | torch.device) -> torch.device:
    """Return a device to compute on.

    Parameters
    ----------
    name : str or torch.device
        ``"auto"`` for a CUDA device where torch finds one, else the processor; or what
        torch calls a device, such as ``"cpu"`` or ``"cuda:1"``.

    Raises
    ------
    ConfigError
        If torch knows no such device, or finds none here.
    """
    found = torch.cuda.is_available()
    if name == "auto":
        return torch.device("cuda" if found else "cpu")
    try:
        device = torch.device(name)
        if device.type == "cuda" and not found:
            raise RuntimeError("torch finds no CUDA device here")
        torch.empty(0, device=device)
    except (RuntimeError, TypeError) as error:
        raise ConfigError(
            f"device is {name!r}: {str(error).splitlines()[0]}",
            "device",
            'Use "auto", or "cpu", which is everywhere.',
        ) from None
    return device


def seeded_devices(device: torch.device) -> list[torch.device]:
    """Return the devices that a computation draws from beside the processor."""
    return [device] if device.type == "cuda" else []
