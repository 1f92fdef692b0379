"""Labelled clips on file, and any version of the core judged by what networks said of them."""
