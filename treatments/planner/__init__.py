"""Planning a treatment: a clinical picture in, a proposal out, a reason for every item. Pure: no Django, no clock."""
