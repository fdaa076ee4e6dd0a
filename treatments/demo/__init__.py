"""The invented clinic that ``seed_demo`` fills: nobody in it exists."""
