"""The ocr-engine service."""
