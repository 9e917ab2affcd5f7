"""Device profiles: data only, one TOML file per model; `hall.profile` gives them meaning."""
