"""`python cli.py run …` from a checkout is `redact run …` of an installation."""

from redact.cli import main

if __name__ == "__main__":
    main()
