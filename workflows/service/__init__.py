"""What the two doors may ask for: commands carried out, questions answered."""
