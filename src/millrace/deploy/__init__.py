"""Templates deployed: CloudFormation and SAM, as a client of AWS's own operations like any other."""
