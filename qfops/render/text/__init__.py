"""A plan as text: laid out on a page of terminal cells. Above `story`, below `reports`."""
