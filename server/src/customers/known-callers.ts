import type { Clock } from "../base/clock.ts";
import type { Customer } from "../contract/customers.ts";
import type { Queryable } from "../store/postgres.ts";
import { callerForms } from "./core/customer-number.ts";
import { findByForms } from "./customers.postgres.ts";

/**
 * Who calls, by number. Asked of the database by primary key, not of an index in memory: 200,000 customers with three
 * attributes each took 67 MB of heap when measured, in every process, and would have to be kept in step among them, for
 * a question that is asked once per call. A call waits 300 ms for the answer at most (interactions/in-time.ts), and
 * goes on as an ordinary caller's without it.
 *
 * What was found, or not found, is remembered for a minute, as one call asks more than once; a change of any customer,
 * in whichever process, forgets it all, so that who was removed is gone from here, too.
 */
export interface KnownCallers {
  find(number: string): Promise<Customer | null>;
  forget(): void;
}

const rememberMs = 60_000;
const mostRemembered = 5_000;

export function openKnownCallers(postgres: Queryable, clock: Pick<Clock, "now">): KnownCallers {
  const remembered = new Map<string, { until: number; found: Promise<Customer | null> }>();
  return {
    find(number) {
      const forms = callerForms(number);
      if (forms.length === 0) return Promise.resolve(null); // hides the number, or calls from the web
      const known = remembered.get(number);
      if (known !== undefined && clock.now() < known.until) return known.found;
      if (remembered.size >= mostRemembered) remembered.clear();
      const entry = { until: clock.now() + rememberMs, found: findByForms(postgres, forms) };
      remembered.set(number, entry);
      entry.found.catch(() => {
        if (remembered.get(number) === entry) remembered.delete(number);
      });
      return entry.found;
    },
    forget: () => {
      remembered.clear();
    },
  };
}
