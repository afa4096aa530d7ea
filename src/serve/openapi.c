/* openapi.c - the assembler takes the file in as it is; the build names its path. */
#include "serve/openapi.h"

__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "heatnet_openapi_start:\n"
        ".incbin \"" HEATNET_OPENAPI "\"\n"
        "heatnet_openapi_end:\n"
        ".byte 0\n"
        ".popsection\n");

extern const uint8_t heatnet_openapi_start[];
extern const uint8_t heatnet_openapi_end[];

struct bytes openapi_document(void)
{
    return (struct bytes){heatnet_openapi_start,
                          (size_t)(heatnet_openapi_end - heatnet_openapi_start)};
}
