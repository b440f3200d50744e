"""All that a Liar can say, by name."""
import lies_in_answers
import lies_in_bodies

LIES = {**lies_in_bodies.LIES, **lies_in_answers.LIES}
