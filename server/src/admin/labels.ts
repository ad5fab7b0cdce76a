import type { Postgres } from "../store/postgres.ts";
import type { Changes } from "./changes.ts";
import { listLabels, type Label } from "./labels.postgres.ts";

/** Dispositions and reasons in memory, so that a desk works while the database is away. */
export interface Labels {
  current(): Promise<{ notReadyReasons: Label[]; dispositions: Label[] }>;
  reload(): Promise<void>;
}

export async function openLabels(postgres: Postgres, changes: Changes): Promise<Labels> {
  const read = async () => {
    const [notReadyReasons, dispositions] = await Promise.all([
      listLabels(postgres, "not_ready_reason"),
      listLabels(postgres, "disposition"),
    ]);
    return { notReadyReasons: open(notReadyReasons), dispositions: open(dispositions) };
  };
  let known = await read();
  let isStale = false;
  changes.on((change) => {
    if (change.what === "labels") isStale = true;
  });
  const reload = async () => {
    known = await read();
    isStale = false;
  };
  return {
    async current() {
      if (isStale) await reload();
      return known;
    },
    reload,
  };
}

function open(labels: readonly Label[]): Label[] {
  return labels.filter((label) => !label.retired);
}
