"""`python -m redact`."""

from .cli import main

main()
