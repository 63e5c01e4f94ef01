"""Apollo.io: who a lead is, asked by e-mail address; phone numbers come later and are fetched with our own key."""
