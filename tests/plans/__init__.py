"""Golden plans: hand-made plans and the text and JSON that people and programs see."""
