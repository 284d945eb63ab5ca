"""Settings: `mailer.toml` in the workspace, each key also as `MAILER_<SECTION>__<KEY>`."""
