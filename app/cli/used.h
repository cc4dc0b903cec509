/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_USED_H
#define CLI_USED_H

#include "cli/paths.h"

#include <time.h>

/* When the models of the user's folder were last opened: the time of an empty file .used/NAME
 * there, since file systems do not keep it themselves. Others are left alone. */
void model_used(const struct model_entry *m);

/* That time; of a model that was never opened, when it came here. */
time_t model_last_used(const struct model_entry *m);

/* When the model is gone. */
void model_forget(const struct model_entry *m);

#endif
