"""What all districts use: files, network, servers, processes."""
