"""Frames of real footage, labelled by eye."""
