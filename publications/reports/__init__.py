"""PDF reports. Each kind is a pure ``data()``, a template, and one call of portal.lib.pdf."""
