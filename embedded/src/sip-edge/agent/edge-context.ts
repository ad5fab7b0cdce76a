import type { Clock } from "../clock.ts";
import type { VerbRoutes } from "../control/verb-routes.ts";
import type { Dialogs } from "../dialog/dialogs.ts";
import type { Passage } from "../control/replies.ts";
import type { Flow } from "../transport/flow.ts";
import type { HangUp } from "./hang-up.ts";
import type { Registrations } from "./registrations.ts";
import type { Strangers } from "./strangers.ts";
import type { Sender } from "./sender.ts";

/** What both directions of the user agent share. */
export interface EdgeContext {
  readonly clock: Clock;
  readonly dialogs: Dialogs;
  readonly registrations: Registrations;
  readonly strangers: Strangers;
  readonly routes: VerbRoutes;
  readonly sender: Sender;
  readonly hangUp: HangUp;
}

/** The network side of a passage: where the peer is. */
export function fromPeer(context: EdgeContext, flow: Flow): Passage {
  return { protocol: flow.protocol, address: flow.remote, atMs: context.clock.now() };
}

/** The near side: what we sent it from. */
export function fromUs(context: EdgeContext, flow: Flow): Passage {
  return { protocol: flow.protocol, address: flow.local, atMs: context.clock.now() };
}
