"""What can go wrong with a measured tool."""


class ToolError(RuntimeError):
    """A tool wrote no output for a clip."""
