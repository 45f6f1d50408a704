"""The pages, one module each, which combine widgets and call workflows."""
