"""What everything stands on: files, network, servers, processes."""
