/* SPDX-License-Identifier: Apache-2.0 */
#include "media/audio_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A regular file is read at its own position, so a descriptor shared with others is not moved. */
static int64_t read_at(void *arg, void *buf, size_t n)
{
    struct file_source *f = arg;
    ssize_t got;
    do
        got = pread(f->fd, buf, n, f->base + f->pos);
    while (got < 0 && errno == EINTR);
    f->pos += got > 0 ? got : 0;
    return got;
}

static int64_t read_next(void *arg, void *buf, size_t n)
{
    struct file_source *f = arg;
    ssize_t got;
    do
        got = read(f->fd, buf, n);
    while (got < 0 && errno == EINTR);
    return got;
}

static int seek_file(void *arg, int64_t offset)
{
    struct file_source *f = arg;
    f->pos = offset;
    return 0;
}

enum ih_status file_source_open(
    struct file_source *f, struct audio_source *s, const char *path, struct ih_error *e)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    *f = (struct file_source){
        .fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), .owned = !standard};
    struct stat st;
    if (f->fd < 0 && errno == ENOENT)
        return err_set(e, IH_NOT_FOUND, "%s does not exist", path);
    if (f->fd < 0 || fstat(f->fd, &st) < 0) {
        int error = errno;
        file_source_close(f);
        return err_set(e, IH_IO, "cannot open %s: %s", name, strerror(error));
    }
    if (S_ISDIR(st.st_mode)) {
        file_source_close(f);
        return err_set(e, IH_INVALID, "%s is a directory, not a recording", name);
    }
    *s = (struct audio_source){.arg = f, .read = read_next, .size = -1, .name = name};
    if (S_ISREG(st.st_mode)) {
        off_t base = lseek(f->fd, 0, SEEK_CUR);
        f->base = base > 0 ? base : 0;
        s->read = read_at;
        s->seek = seek_file;
        s->size = st.st_size > f->base ? st.st_size - f->base : 0;
    }
    return IH_OK;
}

void file_source_close(struct file_source *f)
{
    if (f->owned && f->fd >= 0)
        close(f->fd);
    *f = (struct file_source){.fd = -1};
}

static int64_t read_memory(void *arg, void *buf, size_t n)
{
    struct memory_source *m = arg;
    size_t left = m->size - m->pos;
    n = n < left ? n : left;
    if (n > 0)
        memcpy(buf, m->data + m->pos, n);
    m->pos += n;
    return (int64_t)n;
}

static int seek_memory(void *arg, int64_t offset)
{
    struct memory_source *m = arg;
    m->pos = (uint64_t)offset < m->size ? (size_t)offset : m->size;
    return 0;
}

void memory_source_init(
    struct memory_source *m, struct audio_source *s, const void *data, size_t size)
{
    *m = (struct memory_source){.data = data, .size = size};
    *s = (struct audio_source){.arg = m,
        .read = read_memory,
        .seek = seek_memory,
        .size = (int64_t)size,
        .name = "audio in memory"};
}

enum ih_status input_init(struct input *in, const struct audio_source *s, struct ih_error *e)
{
    *in = (struct input){.source = *s};
    while (in->head_size < HEAD_SIZE) {
        int64_t n = s->read(s->arg, in->head + in->head_size, HEAD_SIZE - in->head_size);
        if (n < 0)
            return err_set(e, IH_IO, "reading %s failed", s->name);
        if (n == 0)
            break;
        in->head_size += (size_t)n;
    }
    if (in->head_size == 0)
        return err_set(e, IH_BAD_DATA, "%s is empty", s->name);
    return IH_OK;
}

int64_t input_read(struct input *in, void *buf, size_t n)
{
    if (in->pos < (int64_t)in->head_size) {
        size_t left = in->head_size - (size_t)in->pos;
        n = n < left ? n : left;
        memcpy(buf, in->head + in->pos, n);
        in->pos += (int64_t)n;
        return (int64_t)n;
    }
    int64_t got = in->source.read(in->source.arg, buf, n);
    if (got < 0)
        in->failed = true;
    else
        in->pos += got;
    return got;
}

int input_seek(struct input *in, int64_t offset)
{
    /* Inside the head the source itself has to stand at the head's end. */
    int64_t end = (int64_t)in->head_size;
    if (offset < 0 || !in->source.seek ||
        in->source.seek(in->source.arg, offset < end ? end : offset) != 0)
        return -1;
    in->pos = offset;
    return 0;
}

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t le32(const unsigned char *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* LAME's tag in the first frame counts the bytes from that frame on. It follows the frame's header
 * and side information, whose length depends on the version and the channels. */
static int64_t mp3_promised(const unsigned char *h, size_t n)
{
    static const size_t side[] = {13, 21, 36};
    for (size_t at = 0; at + 52 <= n; at++) {
        if (h[at] != 0xff || (h[at + 1] & 0xe0) != 0xe0)
            continue;
        for (size_t i = 0; i < sizeof side / sizeof *side; i++) {
            const unsigned char *tag = h + at + side[i];
            uint32_t flags = be32(tag + 4);
            if ((!memcmp(tag, "Xing", 4) || !memcmp(tag, "Info", 4)) && flags < 16 && flags & 2)
                return (int64_t)at + be32(tag + (flags & 1 ? 12 : 8));
        }
    }
    return -1;
}

int64_t input_promised(const struct input *in)
{
    const unsigned char *h = in->head;
    if (in->head_size < 12)
        return -1;
    uint32_t size;
    if (!memcmp(h, "RIFF", 4) && !memcmp(h + 8, "WAVE", 4))
        size = le32(h + 4);
    else if (!memcmp(h, "FORM", 4) && !memcmp(h + 8, "AIF", 3))
        size = be32(h + 4);
    else
        return mp3_promised(h, in->head_size);
    /* Who writes a header before knowing the length puts in 0 or a number near the largest. */
    return size == 0 || size > 0xf0000000 ? -1 : (int64_t)size + 8;
}

bool input_is_late_mp4(const struct input *in)
{
    const unsigned char *h = in->head;
    uint64_t at = 0;
    if (in->head_size < 16 || memcmp(h + 4, "ftyp", 4) != 0)
        return false;
    while (at + 16 <= in->head_size) {
        uint64_t size = be32(h + at);
        if (!memcmp(h + at + 4, "moov", 4))
            return false;
        if (!memcmp(h + at + 4, "mdat", 4))
            return true;
        if (size == 1)
            size = (uint64_t)be32(h + at + 8) << 32 | be32(h + at + 12);
        if (size < 8 || size > in->head_size)
            return false;
        at += size;
    }
    return false;
}

const char *input_kind(const struct input *in)
{
    static const struct {
        int at;
        const char *magic, *kind;
    } known[] = {
        {4, "ftyp", "MP4"},
        {0, "RIFF", "WAV"},
        {0, "fLaC", "FLAC"},
        {0, "OggS", "Ogg"},
        {0, "ID3", "MP3"},
        {0, "\x1a\x45\xdf\xa3", "WebM or Matroska"},
        {0, "FORM", "AIFF"},
        {0, "caff", "CAF"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].magic), at = (size_t)known[i].at;
        if (at + n <= in->head_size && !memcmp(in->head + at, known[i].magic, n))
            return known[i].kind;
    }
    return NULL;
}
