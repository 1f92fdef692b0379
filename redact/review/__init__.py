"""The local page on which a person reviews, corrects and releases."""
