"""How the reference base `nano` and its sample peel are made."""
