"""Everything that leaves this machine: DNS questions and TCP connections, through one guarded connector."""
