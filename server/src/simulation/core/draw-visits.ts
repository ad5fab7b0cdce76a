import { type Distribution, drawExponential, sample } from "./distribution.ts";
import { drawLeaving, type Leaving } from "./patience.ts";
import { createRandom, type Random } from "./random.ts";
import type {
  ArrivalStream,
  EntryProfile,
  Following,
  KnownVisit,
  QueueBehaviour,
  Scenario,
} from "./scenario.ts";

/** A caller with everything that chance decides about them, whatever the router does. */
export interface DrawnVisit {
  /** Counts the run's visits; seeds what is drawn for the caller later. */
  number: number;
  at: number;
  entry: EntryProfile;
  talkMs: number;
  /** Infinity: until the router's timer ends it. */
  wrapUpMs: number;
  leaving: Leaving | null;
  next: Following<DrawnVisit> | null;
}

/**
 * The callers of one run, in order. Each has chance of their own, so that two configurations with the same seed
 * meet the same callers: their difference is the configuration's alone (common random numbers).
 */
export function drawVisits(scenario: Scenario, seed: number): DrawnVisit[] {
  const behaviours = new Map(scenario.queues.map(({ settings, behaviour }) => [settings.queueId, behaviour]));
  let count = 0;
  const draw = (known: KnownVisit, talk: Distribution | null = null): DrawnVisit => {
    count += 1;
    const usual = behaviours.get(known.entry.queueId);
    const behaviour = usual && talk ? { ...usual, talk } : usual;
    const visit = drawOne(known, behaviour, count, createRandom(seed, count));
    if (known.next) visit.next = { ...known.next, visit: draw(known.next.visit) };
    return visit;
  };
  const visits = scenario.arrivals.known.map((known) => draw(known));
  for (const [index, stream] of scenario.arrivals.streams.entries()) {
    for (const at of drawTimes(stream, createRandom(seed, -1 - index))) {
      const unknown = { wrapUpMs: null, leaving: null, waitedMs: 0, next: null };
      visits.push(draw({ at, entry: stream.entry, talkMs: null, ...unknown }, stream.talk));
    }
  }
  return visits.sort((a, b) => a.at - b.at);
}

function drawOne(
  known: KnownVisit,
  behaviour: QueueBehaviour | undefined,
  number: number,
  random: Random,
): DrawnVisit {
  const talk = behaviour ? sample(behaviour.talk, random) : 0;
  const wrapUp = behaviour?.wrapUp ? sample(behaviour.wrapUp, random) : Infinity;
  const leaving = behaviour ? drawLeaving(behaviour.patience, known.waitedMs, random) : null;
  return {
    number,
    at: known.at,
    entry: known.entry,
    talkMs: Math.round(known.talkMs ?? talk),
    wrapUpMs: Math.round(known.wrapUpMs ?? wrapUp),
    leaving: known.leaving ?? (leaving && { ...leaving, afterMs: Math.round(leaving.afterMs) }),
    next: null,
  };
}

/** A Poisson process, in whole milliseconds as the production's clock gives them, whose rate is constant within each period. */
function* drawTimes({ periods }: ArrivalStream, random: Random): Generator<number> {
  for (const { from, to, calls } of periods) {
    if (calls <= 0 || to <= from) continue;
    const meanGapMs = (to - from) / calls;
    for (let at = from + drawExponential(meanGapMs, random); at < to;) {
      yield Math.floor(at);
      at += drawExponential(meanGapMs, random);
    }
  }
}
