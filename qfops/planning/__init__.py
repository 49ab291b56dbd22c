"""Planning: three sides compared, verdicts with reasons, an ordered plan. Pure: no disk, network, clock."""
