/* utf8.h: characters of Unicode in texts of bytes. */
#ifndef ABLATE_UTF8_H
#define ABLATE_UTF8_H
#include <stddef.h>
#include <stdint.h>

/* Bytes that a character beginning so should have, 1 to 4; 1 where none begins so. */
size_t utf8_length(char first);

/* The code point of the character at `text`, 0-ended, and its bytes; 0 bytes: there is none (a byte that begins none, a
 * broken or needlessly long one, half of a pair of UTF-16). */
size_t utf8_read(const char *text, uint32_t *point);

#endif
