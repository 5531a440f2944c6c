"""Pickles a fitted pipeline to the same bytes every time."""

import io
import zlib
from sys import intern
from typing import Any

from joblib.numpy_pickle import NumpyPickler


class _SteadyPickler(NumpyPickler):  # type: ignore[misc] # joblib publishes no types
    """Makes equal strings one object.

    Pickle writes an object that it met before as a reference. Which equal strings happen to
    be one object differs from process to process, and would show in the bytes.
    """

    def save(self, obj: Any) -> None:  # noqa: ANN401 - anything can be pickled
        """Write an object."""
        super().save(intern(obj) if type(obj) is str else obj)


def packed(pipeline: Any) -> bytes:  # noqa: ANN401 - scikit-learn publishes no types
    """The bytes of a model file, which `joblib.load` reads."""
    buffer = io.BytesIO()
    _SteadyPickler(buffer).dump(pipeline)
    return zlib.compress(buffer.getvalue(), level=9)
