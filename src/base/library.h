/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LIBRARY_H
#define BASE_LIBRARY_H

/* A shared library that is loaded when it is first needed, so that a program that does not need it
 * starts without. It stays loaded. Several files may belong to one: they are opened one after the
 * other. */
struct library {
    const char *name;  /* for sentences: "FFmpeg" */
    const char *wants; /* what a missing file means: "reading and writing sound needs FFmpeg" */
    void *handle;      /* of the file opened last; null: it could not be */
    char failure[160]; /* the first sentence about what went wrong; "" for none */
};

void library_open(struct library *l, const char *file);

/* Writes a function's address, or null, into the function pointer that slot points to. */
void library_find(struct library *l, const char *function, void *slot);

#endif
