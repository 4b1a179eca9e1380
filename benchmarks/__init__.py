"""Measurements of bgtui beside its peers; ``make bench`` runs them. Ratios of one run, never a timed test."""
