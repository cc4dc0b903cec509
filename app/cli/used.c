/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/used.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char stamps[] = ".used";

/* The stamp of a model that lies in the user's folder itself; false for others. */
static bool stamp_path(const struct model_entry *m, char *folder, char *path, size_t size)
{
    char models[PATH_MAX];
    if (m->place != PLACE_USER || !models_folder(PLACE_USER, models, sizeof models))
        return false;
    size_t n = strlen(models);
    if (strncmp(m->path, models, n) != 0 || m->path[n] != '/' || strchr(m->path + n + 1, '/'))
        return false;
    return path_join(folder, size, models, stamps) &&
           path_join(path, size, folder, m->path + n + 1);
}

/* A folder that cannot be written is no reason to fail: then the model counts as unused. */
void model_used(const struct model_entry *m)
{
    char folder[PATH_MAX], path[PATH_MAX];
    if (!stamp_path(m, folder, path, sizeof path))
        return;
    mkdir(folder, 0777);
    int fd = open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0)
        return;
    futimens(fd, NULL);
    close(fd);
}

time_t model_last_used(const struct model_entry *m)
{
    char folder[PATH_MAX], path[PATH_MAX];
    struct stat stamp, model;
    time_t used = 0;
    if (lstat(m->path, &model) == 0)
        used = model.st_mtime;
    if (stamp_path(m, folder, path, sizeof path) && lstat(path, &stamp) == 0 &&
        stamp.st_mtime > used)
        used = stamp.st_mtime;
    return used;
}

void model_forget(const struct model_entry *m)
{
    char folder[PATH_MAX], path[PATH_MAX];
    if (stamp_path(m, folder, path, sizeof path))
        unlink(path);
}
