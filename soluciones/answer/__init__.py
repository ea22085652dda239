"""What do we reply? Language, slots, intents, composing, abstaining, tools. No Flask."""
