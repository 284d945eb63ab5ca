"""What the service decides, free of input and output."""
