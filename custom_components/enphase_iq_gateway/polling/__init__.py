"""When to poll, and what several polls together show: silent inverters, a wrong CT, outdated live data. All pure."""
