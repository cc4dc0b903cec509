/* SPDX-License-Identifier: Apache-2.0 */
#include "base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

void library_open(struct library *l, const char *file)
{
    l->handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!l->handle && !l->failure[0])
        snprintf(l->failure, sizeof l->failure, "%s is not installed; %s", file, l->wants);
}

/* POSIX lets dlsym()'s object pointer be stored as a function pointer; C needs this detour. */
void library_find(struct library *l, const char *function, void *slot)
{
    void *address = l->handle ? dlsym(l->handle, function) : NULL;
    if (l->handle && !address && !l->failure[0])
        snprintf(l->failure, sizeof l->failure, "%s's %s is missing in the library installed",
            l->name, function);
    memcpy(slot, &address, sizeof address);
}
