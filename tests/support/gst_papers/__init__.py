"""Drawn GST invoices of India with their truth: layouts unlike each other, always the same ones."""

from tests.support.gst_papers.draw import GstDrawing, draw
from tests.support.gst_papers.styles import STYLES, UNSEEN

__all__ = ["STYLES", "UNSEEN", "GstDrawing", "draw"]
