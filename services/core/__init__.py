"""Pure decisions and frozen data: no I/O, no clock, no logging, no third party but msgspec. Time is an argument."""
