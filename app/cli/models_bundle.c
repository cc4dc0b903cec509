/* SPDX-License-Identifier: Apache-2.0 */
/* `inhouse models bundle`, and `import` of what it made. */
#include "cli/models.h"
#include "cli/signals.h"
#include "hub/bundle.h"
#include "hub/catalog.h"
#include "hub/folder.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A model of a bundle on its way in: where it will be, and the folder that is filled until then. */
struct arrival {
    char target[PATH_MAX];
    int lock; /* on that folder, -1: it is not made */
};

/* 0 when the bundle may be taken in, or an exit code after saying why not. */
static int check_trust(const struct args *a, const struct bundle_reader *r, const char *path)
{
    struct ih_error e;
    const char *trusted = args_value(a, "trust", NULL);
    if (trusted && args_has(a, "unsigned"))
        return usage_error(a->command, "--trust and --unsigned exclude each other");
    if (args_has(a, "unsigned"))
        return EXIT_DONE;
    if (!bundle_is_signed(r)) {
        complain("%s is not signed; --unsigned takes it without knowing who made it", path);
        return EXIT_MODEL;
    }
    if (!trusted) {
        complain("%s is signed; --trust FILE names the public key it must be signed with, "
                 "--unsigned takes it without looking",
            path);
        return EXIT_MODEL;
    }
    for (int i = 0; i < a->given; i++) {
        if (strcmp(a->flag[i].name, "trust") != 0)
            continue;
        enum ih_status status = bundle_check_seal(r, a->flag[i].value, &e);
        if (status == IH_OK)
            return EXIT_DONE;
        if (status != IH_BAD_DATA) {
            complain("%s", e.text);
            return status == IH_NOT_FOUND ? EXIT_INPUT : exit_for_model(status);
        }
    }
    complain("%s: %s", path, e.text);
    return EXIT_MODEL;
}

static int choose_targets(const struct args *a, struct bundle *b, struct arrival *arrival)
{
    const char *name = args_value(a, "name", NULL);
    if (name && b->count != 1)
        return usage_error(
            a->command, "--name is for a bundle of one model; this has %d", b->count);
    if (name && !hub_is_model_name(name))
        return usage_error(a->command, "'%s' cannot be the name of a model", name);
    for (int i = 0; i < b->count; i++) {
        struct bundle_model *m = &b->model[i];
        int code =
            import_target(a, name ? name : m->name, arrival[i].target, sizeof arrival[i].target);
        if (code)
            return code;
        int n = snprintf(m->folder, sizeof m->folder, "%s.new.partial", arrival[i].target);
        if (n < 0 || n >= (int)sizeof m->folder)
            return usage_error(a->command, "the path is too long: %.80s...", arrival[i].target);
    }
    return EXIT_DONE;
}

/* Every model is read, checked and opened before the first of them is put in place. */
static enum ih_status unpack(struct bundle_reader *r, const struct hub *hub, const struct bundle *b,
    struct arrival *arrival, struct ih_error *e)
{
    struct hub_progress progress = {0};
    enum ih_status status = IH_OK;
    for (int i = 0; i < b->count; i++) {
        const struct hub_listing *l = &b->model[i].record.files;
        progress.files += l->count;
        for (int j = 0; j < l->count; j++)
            progress.total += l->file[j].size;
    }
    for (int i = 0; !status && i < b->count; i++) {
        const struct bundle_model *m = &b->model[i];
        status = folder_open_empty(m->folder, &m->record.files, &arrival[i].lock, e);
        if (!status)
            status = bundle_unpack(r, hub, b, i, &progress, e);
    }
    if (!status)
        status = bundle_end(r, e);
    for (int i = 0; !status && i < b->count; i++)
        status = try_model(b->model[i].folder, e);
    for (int i = 0; !status && i < b->count; i++)
        status = folder_put_in_place(b->model[i].folder, arrival[i].target, e);
    return status;
}

static int take_bundle(
    const struct args *a, struct bundle_reader *r, struct bundle *b, const char *path)
{
    char size[24];
    struct hub hub = {0};
    struct transfer transfer;
    struct ih_error e;
    struct arrival *arrival = calloc((size_t)b->count, sizeof *arrival);
    if (!arrival) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    for (int i = 0; i < b->count; i++)
        arrival[i].lock = -1;
    int code = check_trust(a, r, path);
    if (!code)
        code = choose_targets(a, b, arrival);
    if (!code) {
        transfer_begin(&transfer, &hub, path, args_has(a, "quiet"));
        enum ih_status status = unpack(r, &hub, b, arrival, &e);
        transfer_end(&transfer);
        if (status)
            code = import_failed(status, &e);
    }
    for (int i = 0; i < b->count; i++) {
        if (arrival[i].lock < 0)
            continue;
        if (code)
            folder_remove(b->model[i].folder);
        close(arrival[i].lock);
        if (!code && !args_has(a, "quiet"))
            printf("%s is here: %s in %s\n", strrchr(arrival[i].target, '/') + 1,
                bytes_text(path_bytes(arrival[i].target), size, sizeof size), arrival[i].target);
    }
    free(arrival);
    return code;
}

int import_bundle(const struct args *a, const char *path)
{
    struct bundle b;
    struct bundle_reader *r;
    struct ih_error e;
    if (args_has(a, "link"))
        return usage_error(a->command, "--link is for folders and files, not for bundles");
    enum ih_status status = bundle_open(&r, &b, path, &e);
    if (status) {
        complain("%s: %s", path, e.text);
        return status == IH_NO_MEMORY ? EXIT_INTERNAL : EXIT_MODEL;
    }
    int code = take_bundle(a, r, &b, path);
    bundle_close(&r);
    bundle_free(&b);
    return code;
}

static void find_licence(char *buf, size_t size, const char *name)
{
    struct catalog *c;
    struct ih_error e;
    if (catalog_load(&c, &e) != IH_OK)
        return;
    const struct catalog_model *known = catalog_find(c, name);
    if (known)
        snprintf(buf, size, "%s", known->licence);
    catalog_close(&c);
}

/* What is known of the model of that name, and its files: those of its record, else all that it
 * may need. It must open: a bundle is made for machines where nobody can fetch it again. */
static int add_model(struct bundle *b, const char *name)
{
    struct bundle_model *m = &b->model[b->count];
    struct model_entry entry;
    struct ih_error e;
    struct stat st;
    enum ih_status status = model_locate(&entry, name, &e);
    if (!status && stat(entry.path, &st) == 0 && !S_ISDIR(st.st_mode)) {
        complain("%s is one file; carry it as it is, 'inhouse models import FILE' takes it in",
            entry.path);
        return EXIT_MODEL;
    }
    if (!status)
        status = try_model(entry.path, &e);
    if (!status) {
        const char *slash = strrchr(entry.name, '/');
        snprintf(m->name, sizeof m->name, "%s", slash ? slash + 1 : entry.name);
        snprintf(m->folder, sizeof m->folder, "%s", entry.path);
        find_licence(m->licence, sizeof m->licence, m->name);
        b->count++;
        status = hub_record_read(&m->record, entry.path, &e);
        if (status == IH_NOT_FOUND && !(status = hub_list_folder(&m->record.files, entry.path, &e)))
            status = hub_choose_here(&m->record.files, &e);
    }
    if (status)
        complain("%s", e.text);
    else if (!hub_is_model_name(m->name))
        complain("%s: give the path of a folder that ends with the model's name", name);
    return status ? exit_for_model(status) : hub_is_model_name(m->name) ? EXIT_DONE : EXIT_USAGE;
}

static int write_bundle(
    const struct args *a, struct bundle *b, const char *to, const char *key_file)
{
    char size[24];
    struct hub hub = {0};
    struct transfer transfer;
    struct ih_error e;
    bool quiet = args_has(a, "quiet");
    transfer_begin(&transfer, &hub, to, quiet);
    enum ih_status status = bundle_write(&hub, b, to, key_file, &e);
    transfer_end(&transfer);
    if (status == IH_NOT_FOUND || status == IH_INVALID) {
        complain("%s", e.text);
        return EXIT_INPUT;
    }
    if (status)
        return import_failed(status, &e);
    if (!quiet)
        printf("%s: %d model%s, %s, %s\n", to, b->count, b->count == 1 ? "" : "s",
            bytes_text(path_bytes(to), size, sizeof size),
            key_file ? "signed" : "not signed: import will need --unsigned");
    return EXIT_DONE;
}

int bundle_models(const struct args *a)
{
    const char *to = args_value(a, "output", NULL);
    struct bundle b = {0};
    struct stat st;
    int code = EXIT_DONE;
    if (a->count < 2 || a->count - 1 > BUNDLE_MODELS)
        return usage_error(
            a->command, "models bundle takes the names of 1 to %d models", BUNDLE_MODELS);
    if (!to)
        return usage_error(a->command, "bundle needs a new file: --output FILE");
    if (stat(to, &st) == 0 && !args_has(a, "force")) {
        complain("%s is there already (--force replaces it)", to);
        return EXIT_OUTPUT;
    }
    b.model = calloc((size_t)a->count, sizeof *b.model);
    if (!b.model) {
        complain("not enough memory");
        return EXIT_INTERNAL;
    }
    for (int i = 1; !code && i < a->count; i++)
        code = add_model(&b, a->arg[i]);
    if (!code)
        code = write_bundle(a, &b, to, args_value(a, "key", NULL));
    bundle_free(&b);
    return code;
}
