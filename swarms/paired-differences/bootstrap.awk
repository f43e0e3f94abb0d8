# Means of ten differences, drawn a thousand times with replacement.

NR > 1 { difference[n++] = $3 - $2 }

END {
  srand(seed)
  for (round = 1; round <= 1000; round++) {
    sum = 0
    for (i = 0; i < n; i++) sum += difference[int(n * rand())]
    printf "%d\t%.3f\n", round, sum / n
  }
}
