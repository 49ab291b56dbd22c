"""What the console can do, by generation of its API: one module an area, found by the catalogue."""
