"""Pages: the inbox, links of mails, mail of the demonstration, how the sending goes."""
