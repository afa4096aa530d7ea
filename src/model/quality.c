/* quality.c - the words of quality.h. */
#include "model/quality.h"

const char *quality_text(uint8_t quality)
{
#define QUALITY_CASE(name, number, text)                                                 \
    case number: return text;
    switch (quality) {
        QUALITY_LIST(QUALITY_CASE) default : break;
    }
#undef QUALITY_CASE
    if (quality_is_good(quality)) return "good";
    if (quality_is_usable(quality)) return "uncertain";
    return quality_has_value(quality) ? "bad" : "absent";
}
