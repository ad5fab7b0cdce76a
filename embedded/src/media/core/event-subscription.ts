import type { ServerEvent } from "./event.ts";
import { isKnownEvent } from "./event-names.ts";

interface Filter {
  header: string;
  value: string;
}

function matches(filter: Filter, value: string): { isMatch: boolean; isPositive: boolean } {
  let text = filter.value;
  let isPositive = true;
  for (;;) {
    if (text.startsWith("+")) isPositive = true;
    else if (text.startsWith("-")) isPositive = false;
    else if (!text.startsWith(" ")) break;
    text = text.slice(1);
  }
  const pattern = /^\/(.*)\/$/s.exec(text)?.[1];
  if (pattern === undefined) return { isMatch: text.toLowerCase() === value.toLowerCase(), isPositive };
  try {
    return { isMatch: new RegExp(pattern).test(value), isPositive };
  } catch {
    // FreeSWITCH logs a broken pattern and treats it as no match.
    return { isMatch: false, isPositive };
  }
}

/**
 * What one event-socket client listens to. Filters are an OR: with any set, an event passes if one
 * matches and no negative one does.
 */
export class EventSubscription {
  readonly #names = new Set<string>();
  readonly #subclasses = new Set<string>();
  readonly #filters: Filter[] = [];
  #isListeningToAll = false;

  /** Whether an event of this name (and, for CUSTOM, subclass) could pass. */
  wants(name: string, subclass?: string): boolean {
    if (this.#isListeningToAll) return true;
    if (name !== "CUSTOM") return this.#names.has(name);
    return subclass !== undefined && this.#subclasses.has(subclass);
  }

  passes(event: ServerEvent): boolean {
    if (!this.wants(event.name, event.headers.get("Event-Subclass"))) return false;
    if (this.#filters.length === 0) return true;
    let isPassing = false;
    for (const filter of this.#filters) {
      const value = event.headers.get(filter.header);
      if (value === undefined) continue;
      const { isMatch, isPositive } = matches(filter, value);
      if (isMatch && !isPositive) return false;
      if (isMatch) isPassing = true;
    }
    return isPassing;
  }

  /** `event [format] NAME… CUSTOM subclass…`; returns how many known names there were. */
  add(words: string[]): number {
    return this.#change(
      words,
      (name) => this.#names.add(name),
      (subclass) => this.#subclasses.add(subclass),
      true,
    );
  }

  /** `nixevent NAME…` */
  remove(words: string[]): number {
    return this.#change(
      words,
      (name) => this.#names.delete(name),
      (subclass) => this.#subclasses.delete(subclass),
      false,
    );
  }

  clear(): void {
    this.#names.clear();
    this.#subclasses.clear();
    this.#isListeningToAll = false;
  }

  addFilter(header: string, value: string): void {
    this.#filters.push({ header, value });
  }

  /** Without a value, every filter on the header goes; "all" empties the list. */
  removeFilter(header: string, value: string | undefined): void {
    const isKept = (filter: Filter) =>
      filter.header.toLowerCase() !== header.toLowerCase() || (value !== undefined && filter.value !== value);
    const kept = header.toLowerCase() === "all" ? [] : this.#filters.filter(isKept);
    this.#filters.splice(0, this.#filters.length, ...kept);
  }

  #change(
    words: string[],
    onName: (name: string) => void,
    onSubclass: (subclass: string) => void,
    isAdding: boolean,
  ): number {
    let count = 0;
    let isCustom = false;
    for (const word of words) {
      const name = word.toUpperCase().replace(/^SWITCH_EVENT_/, "");
      if (isCustom) onSubclass(word);
      else if (name === "ALL") {
        count++;
        this.#isListeningToAll = isAdding;
      } else if (isKnownEvent(name)) {
        count++;
        if (name === "CUSTOM") isCustom = true;
        onName(name);
      }
    }
    return count;
  }
}
