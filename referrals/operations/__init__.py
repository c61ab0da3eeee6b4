"""What people do with the directory, options, choices and referrals: one function per act."""
