"""`python -m redact`, and the command `redact`."""

from .safe_python import forget_current_folder

forget_current_folder()  # before anything is imported that could lie there

from .cli import main  # noqa: E402

if __name__ == "__main__":
    main()
