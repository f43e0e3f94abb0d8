# The SIR model: which parts of a population are susceptible, infected and recovered, day by day.
#
# reproduction  how many people one case infects where nobody is immune
# days          how long a case is infectious
# vaccinated    the part of the population that is immune from the start
# summary       the file for the outcome; the curve goes to standard output

BEGIN {
  OFS = "\t"
  steps = 100 # a day
  recovery = 1 / days / steps
  contacts = reproduction * recovery

  infected = 0.0001
  susceptible = 1 - vaccinated - infected
  print "day", "susceptible", "infected", "recovered"

  for (step = 0; infected > 0.000001; step++) {
    if (step % steps == 0) printf "%d\t%.6f\t%.6f\t%.6f\n", step / steps, susceptible, infected, recovered
    if (infected > peak) { peak = infected; peak_day = int(step / steps) }

    cases = contacts * susceptible * infected
    cured = recovery * infected
    susceptible -= cases
    infected += cases - cured
    recovered += cured
  }

  printf "%s\t%s\t%s\t%.4f\t%.4f\t%d\t%d\n", \
    reproduction, days, vaccinated, recovered + infected, peak, peak_day, step / steps > summary
}
