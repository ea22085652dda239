"""What ``kb lint`` looks at beyond what reading the folder already refuses: one file for each idea."""
