import { z } from "zod";
import { OpenInterval } from "./flow.ts";
import { PersonName } from "./people.ts";

/** On such a date the week does not count: open in the given intervals only, closed all day if there are none. */
export const Holiday = z
  .object({
    date: z.iso.date(),
    name: z.string().trim().max(100).default(""),
    intervals: z.array(OpenInterval).max(10).default([]),
  })
  .strict();
export type Holiday = z.infer<typeof Holiday>;

/** Opening hours, for queues and for the hours nodes of flows. */
export const Schedule = z
  .object({
    id: z.uuid(),
    name: PersonName,
    /** IANA name, such as Europe/Berlin. */
    timezone: z.string().min(1).max(64),
    /** ISO week days: 1 is Monday, 7 is Sunday. */
    weekly: z
      .array(z.object({ days: z.array(z.int().min(1).max(7)).min(1).max(7), ...OpenInterval.shape }).strict())
      .max(50),
    holidays: z.array(Holiday).max(500).default([]),
  })
  .strict();
export type Schedule = z.infer<typeof Schedule>;
