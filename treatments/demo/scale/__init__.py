"""A big clinic for measuring: ``seed_scale``. A few people go through the real actions; the rest are copies."""
