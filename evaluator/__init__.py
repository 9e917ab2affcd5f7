"""The evaluator: an applicant rates a service."""
