/* SPDX-License-Identifier: Apache-2.0 */
#include "models/prosody.h"

/* Beyond these nobody could follow, and durations or pitches would leave what models were made for.
 */
static const float slowest = 0.2f, fastest = 5.0f, widest = 24.0f;

static float within(float x, float low, float high)
{
    return x >= low ? (x <= high ? x : high) : low; /* NaN: low */
}

struct prosody_point *prosody_points(const struct synthesis_request *r, int count, struct arena *a)
{
    struct prosody_point *point = arena_alloc(a, ((size_t)count + 1) * sizeof *point);
    if (!point)
        return NULL;
    for (int i = 0; i <= count; i++)
        point[i] = (struct prosody_point){r->speed, r->pitch, r->energy};
    for (int s = 0; s < r->prosody_count; s++) {
        const struct prosody *p = &r->prosody[s];
        for (int i = p->first < 0 ? 0 : p->first; i < count && i - p->first < p->count; i++) {
            point[i].rate *= p->rate;
            point[i].pitch += p->pitch;
            point[i].gain *= p->volume;
        }
    }
    for (int i = 0; i <= count; i++) {
        point[i].rate = within(point[i].rate, slowest, fastest);
        point[i].pitch = within(point[i].pitch, -widest, widest);
        point[i].gain = within(point[i].gain, 0, 100);
    }
    return point;
}
