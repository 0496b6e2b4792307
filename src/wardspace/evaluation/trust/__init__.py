"""Calibration, and abstention chosen on validation."""
