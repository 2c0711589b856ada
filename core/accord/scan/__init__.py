"""The compiled scan for arrays in host memory: counts them in one read and without temporaries."""

from accord.scan.dispatch import available, using, wanted

__all__ = ["available", "using", "wanted"]
