/* decimal.h - a double's shortest decimal digits, for those who lay them out their own
 * way. */
#ifndef HEATNET_BASE_DECIMAL_H
#define HEATNET_BASE_DECIMAL_H

enum { DECIMAL_DIGITS_BYTES = 24 };

/* |value| = 0.DIGITS * 10^exponent, no zero at either end; n == 0: zero. */
struct decimal {
    char digits[DECIMAL_DIGITS_BYTES];
    int n, exponent;
};

/* Of a finite number. */
void decimal_of(double value, struct decimal *decimal);
/* "1.5e+21": as Go and C write it, two digits of exponent at least; `out` has room
 * for 40.
 */
void decimal_scientific(const struct decimal *decimal, char *out);
/* "0.00015", "1200": without an exponent; `out` has room for 30 and the exponent's size.
 */
void decimal_plain(const struct decimal *decimal, char *out);

#endif
