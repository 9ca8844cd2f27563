"""The student: trained on what was accepted, served, compared with the teacher."""
