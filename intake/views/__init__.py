"""Pages of the patient's form, the inbox and the assessment."""
