"""What every test shares."""

from hypothesis import HealthCheck, settings

settings.register_profile("dutyline", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("dutyline")
