# The logistic map x -> r x (1 - x): where it settles for r = 2.8 + 0.002 step.
# R. M. May, Simple mathematical models with very complicated dynamics, Nature 261, 459 (1976).

BEGIN {
  r = 2.8 + 0.002 * step
  x = 0.5
  for (i = 0; i < 2000; i++) x = r * x * (1 - x) # long enough to forget where it began

  # The values that it visits from now on, to four decimals: one, two, four … or a whole band.
  for (i = 0; i < 500; i++) {
    x = r * x * (1 - x)
    value = sprintf("%.4f", x)
    if (!(value in seen)) {
      seen[value] = 1
      printf "%.3f\t%s\n", r, value
    }
  }
}
