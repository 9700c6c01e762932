"""The sandbox: a stand-in for the carrier and the mailbox on this machine. Never in production; imported by nobody."""
