"""What an attacker with the model can compute."""
