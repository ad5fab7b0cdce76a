import type { TrunkState } from "../../contract/trunks.ts";

/** What Prometheus is told of trunks. */
export interface TrunkFigures {
  trunks: { id: string; name: string; state: TrunkState }[];
  /** Attempts at calls out, by trunk and how they ended. */
  attempts: { trunkId: string; cause: string; count: number }[];
  emergencyCalls: number;
}

/** Since the start of the program. */
export class TrunkCounters {
  readonly #attempts = new Map<string, Map<string, number>>();
  #emergencyCalls = 0;

  countAttempt(trunkId: string, cause: string): void {
    const byCause = this.#attempts.get(trunkId) ?? new Map<string, number>();
    this.#attempts.set(trunkId, byCause.set(cause, (byCause.get(cause) ?? 0) + 1));
  }

  countEmergency(): void {
    this.#emergencyCalls++;
  }

  /** Forgets trunks that are gone. */
  keepOnly(trunkIds: ReadonlySet<string>): void {
    for (const id of this.#attempts.keys()) if (!trunkIds.has(id)) this.#attempts.delete(id);
  }

  read(): Pick<TrunkFigures, "attempts" | "emergencyCalls"> {
    const attempts = [...this.#attempts].flatMap(([trunkId, byCause]) =>
      [...byCause].map(([cause, count]) => ({ trunkId, cause, count })),
    );
    return { attempts, emergencyCalls: this.#emergencyCalls };
  }
}
