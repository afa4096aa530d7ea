/* serves.c - a high room looks down. */
#include "base/err.h"
#include "insight/report.h"
#include "people/rights.h"
#include "wire/frame.h"

#include <microhttpd.h>
