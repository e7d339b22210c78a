"""The casebook: what rule specialists claim of their rules, in cases beside the rules, put to the test."""
