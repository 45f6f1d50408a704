"""Forms in the browser, built from a campaign with ipywidgets; they report through callbacks and save nothing."""
