"""How much sooner a case is done with more workers: measured with two, reckoned up to 64."""
