/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INHOUSE_ERROR_H
#define INHOUSE_ERROR_H

/* What went wrong, in a code for programs and a sentence for people. */
enum ih_status {
    IH_OK = 0,
    IH_INVALID,     /* an argument or option is wrong */
    IH_BAD_DATA,    /* a file or stream is corrupt, truncated or hostile */
    IH_NOT_FOUND,   /* a file, model, tensor or language does not exist */
    IH_IO,          /* the system refused to read or write */
    IH_NO_MEMORY,   /* memory ran out or a limit was reached */
    IH_CANCELLED,   /* the caller asked to stop */
    IH_UNSUPPORTED, /* valid, but not something this build can do */
    IH_NETWORK,     /* a server could not be reached or broke off */
    IH_INTERNAL,    /* a bug in this library */
};

/* Filled on failure by every function that takes one; untouched on success. A null pointer is
 * allowed wherever one is taken. `text` is one sentence without a trailing newline. */
struct ih_error {
    enum ih_status code;
    char text[512];
};

#endif
