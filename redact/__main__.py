"""`python -m redact`, and the command `redact`."""

from .safe_python import forget_current_folder

forget_current_folder()  # before anything is imported that could lie there

import sys  # noqa: E402

from .end_with_parent import ONE_OF_SEVERAL_OPTION, end_with_parent  # noqa: E402

if __name__ == "__main__" and ONE_OF_SEVERAL_OPTION in sys.argv:
    end_with_parent()  # before the rest is loaded, which takes a while

from .cli import main  # noqa: E402

if __name__ == "__main__":
    main()
