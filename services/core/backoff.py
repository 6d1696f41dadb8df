"""Full-jitter exponential backoff, after Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015)."""


def full_jitter(attempt: int, *, base: float, cap: float, chance: float) -> float:
    """Seconds to wait before try number ``attempt`` (the first retry is 1): ``chance`` in 0..1 of ``min(cap, base * 2**(attempt-1))``."""
    return chance * min(cap, base * 2.0 ** min(attempt - 1, 30))
