"""Marketplaces' own reports → tables of texts, as the rulebook's mappings say. No marketplace's word stands here."""
