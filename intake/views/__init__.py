"""Pages of the patient form, the inbox and the assessment."""
