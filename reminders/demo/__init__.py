"""The demo clinic: invented people over every kind of treatment, with visits due within minutes of loading."""
