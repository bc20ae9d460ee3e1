// libical: RFC 5545 with its recurrence rules and time zones.
#pragma once
#include <libical/ical.h>
