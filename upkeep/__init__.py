"""Install, operate, recover: a site's identities, certificates, units, backups, and what a technician checks."""
