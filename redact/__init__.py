"""redact: turns footage into footage that can be shared without identifying people."""

__version__ = "0.1.0"
