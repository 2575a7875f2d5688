"""The roof: where its panels are, their values now and on past days, and their commands for the page."""
