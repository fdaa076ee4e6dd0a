"""A big clinic for measuring: ``seed_scale``. A few people are walked through the real actions; the rest are copies."""
