"""What a plan says, as values: headings, facts, warnings, ways on. Below `text`; knows no page."""
