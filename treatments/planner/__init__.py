"""What to do about it: a clinical picture in, a proposal out, every item with its reason. Pure: no Django, no clock."""
