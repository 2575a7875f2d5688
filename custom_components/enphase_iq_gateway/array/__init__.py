"""The array card: where the panels are, how they do, and the page that shows them."""
