"""Rule files to a rulebook, strictly, all faults at once. The only reader of YAML."""
