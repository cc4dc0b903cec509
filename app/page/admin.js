// SPDX-License-Identifier: Apache-2.0
// The admin's room: usage, jobs, deployments and keys. It is there where the server keeps such things and the key may see them.

import { deployments } from "./deployments.js";
import { at, show } from "./dom.js";
import { jobs } from "./jobs.js";
import { keys } from "./keys.js";
import { usage } from "./usage.js";

/** enter(room) goes to a room, reload() looks anew at what the key may do, models() names the models. */
export function adminRoom({ enter, reload, models }) {
  const parts = { usage: usage(), jobs: jobs(), deployments: deployments(reload), keys: keys(reload) };

  /** Names that a deployment may stand for, and a key may be limited to. */
  async function offer() {
    parts.deployments.offer(models());
    await parts.deployments.load();
    parts.keys.offer([...new Set([...models(), ...parts.deployments.names()])]);
  }

  document.addEventListener("room", ({ detail: room }) => {
    const here = room === "admin";
    parts.jobs.watch(here);
    if (!here) return;
    offer();
    parts.usage.load();
    parts.keys.load();
  });

  /** What GET /v1/key says. */
  function load({ admin = false, keeps = false }) {
    const open = admin && keeps;
    show(at("tab-admin"), open);
    if (!open && !at("admin").hidden) enter("listen");
    if (open && !at("admin").hidden) offer();
  }
  return { load };
}
