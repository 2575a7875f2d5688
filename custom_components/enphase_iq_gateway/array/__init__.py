"""The roof: where its panels are, how they compare with each other, and what the page shows of them."""
