/* SPDX-License-Identifier: Apache-2.0 */
/* Stands before the registry of families (the linker's --wrap): a folder of the tests' families is
 * opened here, everything else where it always is. */
#include "support/brush.h"
#include "support/sine.h"

enum ih_status __real_model_open(
    struct model **out, const struct model_open *o, struct ih_error *e);
enum ih_status __wrap_model_open(
    struct model **out, const struct model_open *o, struct ih_error *e);

enum ih_status __wrap_model_open(struct model **out, const struct model_open *o, struct ih_error *e)
{
    if (brush_family.probe(o->path))
        return brush_family.open(out, o, e);
    return sine_family.probe(o->path) ? sine_family.open(out, o, e) : __real_model_open(out, o, e);
}
