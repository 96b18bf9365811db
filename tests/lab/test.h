/* test.h: what every test program includes: cmocka, and before it the headers that it needs. */
#ifndef LAB_TEST_H
#define LAB_TEST_H
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#endif
