#!/usr/bin/env python3
"""Makes bursty-inference-day.csv: one day of minute counts of one inference function.

    python3 make_bursty_day.py > bursty-inference-day.csv

The figures and where they come from are in README.md. Deterministic: draws come from SplitMix64.
"""
import math

SEED = 2019
MEAN_PER_MINUTE = 70.0
AMPLITUDE = 1.0 / 3.0  # lowest rate = half of the highest
PEAK_MINUTE = 14 * 60
RELATIVE_VARIANCE = 161.0 / 152.0  # of minute counts: (variance / mean) / mean
MINUTES = 1440


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def word(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) % 2**64
        x = self.state
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB % 2**64
        return x ^ (x >> 31)

    def uniform(self):
        return ((self.word() >> 12) + 0.5) / 2**52


def normal(random):
    """Box and Muller 1958."""
    radius = math.sqrt(-2.0 * math.log(random.uniform()))
    return radius * math.cos(2.0 * math.pi * random.uniform())


def gamma(random, shape):
    """Marsaglia and Tsang 2000; shape >= 1, scale 1."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    while True:
        x = normal(random)
        v = (1.0 + c * x) ** 3
        if v > 0.0 and math.log(random.uniform()) < 0.5 * x * x + d - d * v + d * math.log(v):
            return d * v


def poisson(random, mean):
    """Exponential gaps that fit into one unit of time."""
    count = 0
    spent = -math.log(random.uniform())
    while spent < mean:
        count += 1
        spent -= math.log(random.uniform())
    return count


def main():
    # The day's shape gives a part of the variance, bursts the rest; both multiply.
    shape_variance = AMPLITUDE**2 / 2.0
    burst_variance = (1.0 + RELATIVE_VARIANCE) / (1.0 + shape_variance) - 1.0
    random = SplitMix64(SEED)
    counts = []
    for minute in range(MINUTES):
        angle = 2.0 * math.pi * (minute + 0.5 - PEAK_MINUTE) / MINUTES
        rate = MEAN_PER_MINUTE * (1.0 + AMPLITUDE * math.cos(angle))
        burst = gamma(random, 1.0 / burst_variance) * burst_variance
        counts.append(poisson(random, rate * burst))
    print("HashOwner,HashApp,HashFunction,Trigger," +
          ",".join(str(m) for m in range(1, MINUTES + 1)))
    print("generated,inference,bursty-inference-day,http," + ",".join(map(str, counts)))


if __name__ == "__main__":
    main()
