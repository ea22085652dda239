"""In what order passages are shown: constants, fusion, the order itself, and the evidence for confidence."""
