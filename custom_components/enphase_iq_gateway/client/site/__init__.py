"""What a gateway has, which source serves which quantity, and how its documents become values."""
