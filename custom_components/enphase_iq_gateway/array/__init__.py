"""The roof: where its panels are, how they compare with each other, and what the card shows."""
