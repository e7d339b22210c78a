"""The shapes of the wire: records, and what stands beside them."""
