"""What runs inside an environment's process: copied there, and importing nothing of ours."""
