/* SPDX-License-Identifier: Apache-2.0 */
/* `inhouse models import PATH`: a model that is on this machine already. */
#include "cli/models.h"
#include "cli/signals.h"
#include "hub/catalog.h"
#include "hub/folder.h"
#include "hub/record.h"
#include "inhouse/inhouse.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum ih_status try_model(const char *path, struct ih_error *e)
{
    struct ih_engine *engine = NULL;
    struct ih_model *model = NULL;
    enum ih_status status = ih_engine_open(&engine, NULL, e);
    if (!status)
        status = ih_model_open(&model, engine, path, NULL, e);
    ih_model_close(&model);
    ih_engine_close(&engine);
    return status;
}

int import_failed(enum ih_status status, const struct ih_error *e)
{
    if (status == IH_CANCELLED && signals_caught()) {
        complain("stopped; nothing was kept");
        return 128 + signals_caught();
    }
    complain("%s", e->text);
    if (status == IH_IO)
        return EXIT_OUTPUT;
    return status == IH_NO_MEMORY ? EXIT_INTERNAL : EXIT_MODEL;
}

int import_target(const struct args *a, const char *name, char *path, size_t size)
{
    char place[PATH_MAX];
    struct ih_error e;
    struct stat st;
    if (!models_folder(PLACE_USER, place, sizeof place) || !path_join(path, size, place, name)) {
        complain("there is no folder for models: set HOME or INHOUSE_MODELS");
        return EXIT_OUTPUT;
    }
    if (lstat(path, &st) == 0 && !args_has(a, "force")) {
        complain("%s is already here: %s (--force replaces it)", name, path);
        return EXIT_MODEL;
    }
    if (make_folders(place, &e) != IH_OK) {
        complain("%s", e.text);
        return EXIT_OUTPUT;
    }
    return EXIT_DONE;
}

/* What a folder is called and where it came from, as far as its path tells. */
struct origin {
    char name[128], repo[200], commit[48];
};

/* A hub's own store on disk keeps .../models--OWNER--NAME/snapshots/COMMIT. */
static void read_origin(struct origin *o, const char *real)
{
    char copy[PATH_MAX];
    const char *part[3] = {"", "", ""};
    *o = (struct origin){0};
    snprintf(copy, sizeof copy, "%s", real);
    for (int i = 2; i >= 0; i--) {
        char *slash = strrchr(copy, '/');
        if (!slash)
            break;
        *slash = 0;
        part[i] = slash + 1;
    }
    const char *stored = part[0], *owner = stored + 8, *dashes = NULL;
    snprintf(o->name, sizeof o->name, "%.127s", part[2]);
    if (strcmp(part[1], "snapshots") != 0 || strncmp(stored, "models--", 8) != 0 ||
        !(dashes = strstr(owner, "--")) || strlen(owner) >= sizeof o->repo)
        return;
    snprintf(o->repo, sizeof o->repo, "%.*s/%s", (int)(dashes - owner), owner, dashes + 2);
    snprintf(o->name, sizeof o->name, "%.127s", dashes + 2);
    if (!hub_is_repo(o->repo))
        o->repo[0] = 0;
    if (o->repo[0] && hub_is_sha1(part[2]))
        memcpy(o->commit, part[2], SHA1_HEX + 1);
}

/* The name that --name gives, else that the catalog gives its repository, else that of its folder
 * or file. */
static int choose_name(const struct args *a, struct origin *o)
{
    struct catalog *catalog;
    struct ih_error e;
    const char *given = args_value(a, "name", NULL);
    if (given) {
        snprintf(o->name, sizeof o->name, "%.127s", given);
    } else if (o->repo[0] && catalog_load(&catalog, &e) == IH_OK) {
        const struct catalog_model *known = catalog_find(catalog, o->repo);
        if (known)
            snprintf(o->name, sizeof o->name, "%s", known->name);
        catalog_close(&catalog);
    }
    if (!hub_is_model_name(o->name))
        return usage_error(
            a->command, "'%s' cannot be the name of a model; give one with --name", o->name);
    return EXIT_DONE;
}

/* What is to be copied and what is known of it. A folder with a record must be what that says. */
static enum ih_status describe(
    struct hub_record *out, const char *from, const struct origin *o, struct ih_error *e)
{
    struct hub_record known;
    *out = (struct hub_record){0};
    enum ih_status status = hub_list_folder(&out->files, from, e);
    if (!status)
        status = hub_choose_here(&out->files, e);
    if (status)
        return status;
    status = hub_record_read(&known, from, e);
    if (status == IH_NOT_FOUND) {
        snprintf(out->repo, sizeof out->repo, "%s", o->repo);
        snprintf(out->revision, sizeof out->revision, "%s", o->repo[0] ? "main" : "");
        memcpy(out->files.commit, o->commit, sizeof out->files.commit);
        return IH_OK;
    }
    memcpy(out->repo, known.repo, sizeof out->repo);
    memcpy(out->revision, known.revision, sizeof out->revision);
    memcpy(out->files.commit, known.files.commit, sizeof out->files.commit);
    for (int i = 0; !status && i < known.files.count; i++) {
        struct hub_file *file = hub_listing_find(&out->files, known.files.file[i].name);
        if (file)
            *file = known.files.file[i];
        else
            status = hub_fail(e, IH_BAD_DATA, "%.300s lacks %s", from, known.files.file[i].name);
    }
    hub_record_free(&known);
    return status;
}

/* Copies the folder to FOLDER.new.partial, checks that what came is a model, and puts it in place.
 */
static enum ih_status take_folder(const struct hub *hub, const char *from, const struct origin *o,
    const char *target, struct ih_error *e)
{
    char partial[PATH_MAX];
    struct hub_record r;
    int lock = -1, n = snprintf(partial, sizeof partial, "%s.new.partial", target);
    if (n < 0 || n >= (int)sizeof partial)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", target);
    enum ih_status status = describe(&r, from, o, e);
    if (!status)
        status = folder_open_empty(partial, &r.files, &lock, e);
    if (!status)
        status = hub_copy(hub, from, partial, &r.files, e);
    if (!status)
        status = hub_record_write(partial, &r, e);
    if (!status)
        status = try_model(partial, e);
    if (!status)
        status = folder_put_in_place(partial, target, e);
    if (lock >= 0) {
        if (status)
            folder_remove(partial);
        close(lock);
    }
    hub_record_free(&r);
    return status;
}

/* A model that is one file is copied to NAME.bin, or NAME.gguf, by way of NAME.bin.new.partial. */
static enum ih_status take_file(
    const struct hub *hub, const char *from, const char *target, struct ih_error *e)
{
    char partial[PATH_MAX];
    int n = snprintf(partial, sizeof partial, "%s.new.partial", target);
    if (n < 0 || n >= (int)sizeof partial)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", target);
    enum ih_status status = hub_copy_one(hub, from, partial, e);
    if (!status)
        status = try_model(partial, e);
    if (!status && rename(partial, target) != 0)
        status = hub_fail(e, IH_IO, "%.300s cannot be written: %s", target, strerror(errno));
    if (status)
        unlink(partial);
    return status;
}

/* The link is made under another name first, so that what it replaces stays until it is there. */
static enum ih_status link_to(const char *real, const char *target, struct ih_error *e)
{
    char partial[PATH_MAX];
    int n = snprintf(partial, sizeof partial, "%s.new.partial", target);
    if (n < 0 || n >= (int)sizeof partial)
        return hub_fail(e, IH_INVALID, "the path is too long: %.80s...", target);
    folder_remove(partial);
    if (symlink(real, partial) != 0)
        return hub_fail(e, IH_IO, "%.300s cannot be written: %s", partial, strerror(errno));
    enum ih_status status = folder_put_in_place(partial, target, e);
    if (status)
        unlink(partial);
    return status;
}

/* Whether the file has these bytes at that place. */
static bool has_magic(const char *path, const char *magic, off_t at)
{
    char bytes[8] = "";
    size_t n = strlen(magic);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool yes = fd >= 0 && pread(fd, bytes, n, at) == (ssize_t)n && memcmp(bytes, magic, n) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

static int run_import(
    const struct args *a, const char *real, bool is_folder, const struct origin *o)
{
    char target[PATH_MAX], there[PATH_MAX], file[160], size[24];
    struct hub hub = {0};
    struct transfer transfer;
    struct ih_error e;
    const char *ending = is_folder ? "" : has_magic(real, "GGUF", 0) ? ".gguf" : ".bin";
    snprintf(file, sizeof file, "%s%s", o->name, ending);
    int code = import_target(a, file, target, sizeof target);
    if (code)
        return code;
    if (realpath(target, there) && strcmp(there, real) == 0) {
        complain("%s is that model already", target);
        return EXIT_MODEL;
    }
    enum ih_status status = try_model(real, &e);
    if (!status) {
        transfer_begin(&transfer, &hub, o->name, args_has(a, "quiet"));
        if (args_has(a, "link"))
            status = link_to(real, target, &e);
        else
            status = is_folder ? take_folder(&hub, real, o, target, &e)
                               : take_file(&hub, real, target, &e);
        transfer_end(&transfer);
    }
    if (status)
        return import_failed(status, &e);
    if (!args_has(a, "quiet"))
        printf("%s is here: %s in %s\n", o->name, bytes_text(path_bytes(target), size, sizeof size),
            target);
    return EXIT_DONE;
}

int import_model(const struct args *a, const char *path)
{
    char real[PATH_MAX];
    struct origin o;
    struct stat st;
    if (!realpath(path, real) || stat(real, &st) != 0) {
        complain("%s: %s", path, strerror(errno));
        return EXIT_INPUT;
    }
    read_origin(&o, real);
    if (S_ISREG(st.st_mode)) {
        if (has_magic(real, "ustar", 257)) /* in the first header of every tar archive */
            return import_bundle(a, real);
        if (!has_magic(real, "lmgg", 0) && !has_magic(real, "GGUF", 0)) {
            complain("%s is neither a bundle nor a whisper.cpp or GGUF file; other models are "
                     "folders",
                path);
            return EXIT_MODEL;
        }
        char *dot = strrchr(o.name, '.');
        o.repo[0] = 0;
        if (dot && dot > o.name)
            *dot = 0;
    } else if (!S_ISDIR(st.st_mode)) {
        complain("%s is neither a file nor a folder", path);
        return EXIT_INPUT;
    }
    int code = choose_name(a, &o);
    return code ? code : run_import(a, real, S_ISDIR(st.st_mode), &o);
}
