"""What a study is asked to do: frozen, validated values, and the arithmetic that belongs to each."""
