"""What films and sound say besides what is seen and heard: where they were taken."""
