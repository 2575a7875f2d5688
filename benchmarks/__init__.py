"""What things cost: each module measures one promise and fails when it is broken."""
