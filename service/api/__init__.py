"""HTTP: thin routes that take in, evaluate and answer. Knows no rule."""
