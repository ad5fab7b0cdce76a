/** The door of customers: who calls, with attributes by which they are routed, and the endpoints that keep them. */
import type { Clock } from "../base/clock.ts";
import type { BoundEndpoint } from "../base/handler.ts";
import type { Customer } from "../contract/customers.ts";
import type { Postgres } from "../store/postgres.ts";
import { customerEndpoints, type CustomerOffice } from "./customers.handlers.ts";
import { openKnownCallers } from "./known-callers.ts";

export interface CustomersOptions {
  postgres: Postgres;
  clock: Clock;
  audit: CustomerOffice["audit"];
  /** Reads back what changed and tells every process; never rejects. */
  announce(): Promise<void>;
}

export interface Customers {
  endpoints: BoundEndpoint[];
  /** The customer with this number ("anonymous", "web" and "" are nobody's). Rejects while the database is away. */
  find(number: string): Promise<Customer | null>;
  /** Theirs, or none. */
  attributesOf(number: string): Promise<Readonly<Record<string, string>>>;
  /** Something changed: what was looked up before is forgotten. */
  changed(): void;
}

export function openCustomers({ postgres, clock, audit, announce }: CustomersOptions): Customers {
  const known = openKnownCallers(postgres, clock);
  return {
    endpoints: customerEndpoints({ postgres, audit, announce }),
    find: (number) => known.find(number),
    attributesOf: async (number) => (await known.find(number))?.attributes ?? {},
    changed: () => {
      known.forget();
    },
  };
}
