"""Topics: as much of SNS as failure destinations and their subscribers need."""
