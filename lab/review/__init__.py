"""What the review page costs: its pictures, its answers, and a person's clicks."""
