/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed pages straight from the system; blocks of 2 MB and more ask for huge pages. Null when
 * there is no memory. */
void *mem_pages(size_t n);
void mem_pages_free(void *p, size_t n);

/* Bytes of memory in the machine and bytes still available; 0 when the system does not say. */
size_t mem_total(void);
size_t mem_available(void);

/* Most memory this process has held at once, in bytes. */
size_t mem_peak(void);

#endif
