"""Who may do what: identities with their keys, the policies they carry, and the decision."""
