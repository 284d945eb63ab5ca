"""How fast a worker process hands over, when it rests, and when it stops and asks a person."""
