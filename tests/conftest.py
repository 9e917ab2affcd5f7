"""Properties are judged by what they find, never by how long a busy machine took; with CI set, by the same examples."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Where CI is set, hypothesis itself has examples follow from the test alone; that is kept: this profile stands on it.
settings.register_profile("hall", deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.load_profile("hall")
