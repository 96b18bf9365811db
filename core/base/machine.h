/* machine.h: what a machine is called, for whoever reads how long something took on it. */
#ifndef ABLATE_MACHINE_H
#define ABLATE_MACHINE_H

enum { MACHINE_NAME = 120 };

/* "AMD EPYC, 2 processors": its processor, or else its architecture, and how many of them this process may use. Returns
 * `text`. */
const char *machine_name(char text[MACHINE_NAME]);

#endif
