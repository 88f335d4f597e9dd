"""What tests of specs, implementations and of pyspec itself share."""
