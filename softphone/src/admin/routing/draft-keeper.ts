import type { routing } from "@ringdown/contract";
import type { Answer } from "../../api/client.ts";
import { Refusal } from "../../api/failure.ts";
import { Store } from "../../shared/store.ts";

type Document = routing.RoutingDocument;
type Saved = Answer<typeof routing.saveRoutingDraft>;

/**
 * How the edited document stands to the one on the server:
 *
 *   kept ──edit──▶ waiting ──a moment──▶ saving ──▶ kept, or waiting if there were edits meanwhile
 *                                          ├──refused────▶ failed ──edit or retry──▶ waiting
 *                                          └──conflict───▶ behind ──take theirs──▶ kept, keep mine ──▶ waiting
 *
 * A conflict with an own save whose answer got lost, as by a reload in the midst of it, is none: what is on the server
 * then is what was sent.
 */
export type Keeping =
  | { state: "kept" }
  | { state: "waiting" | "saving"; document: Document }
  | { state: "failed"; document: Document; error: unknown }
  /** Somebody else saved the draft, published or discarded it since these edits began. */
  | { state: "behind"; document: Document };

/** What survives a reload in the moment before it is on the server. */
export interface UnsavedEdits {
  document: Document;
  revision: number | null;
  /** What was sent last, and may be on the server although no answer came. */
  sent: Document | null;
}
export interface OnServer {
  document: Document;
  revision: number | null;
}
export interface UnsavedMemory {
  read(): UnsavedEdits | null;
  write(edits: UnsavedEdits | null): void;
}

interface Options {
  save(document: Document, revision: number | null): Promise<Saved>;
  onSaved(saved: Saved): void;
  /** What is on the server now, after a conflict. */
  reread(): Promise<OnServer>;
  memory: UnsavedMemory;
  /** How long after the last edit it is saved. */
  delayMs: number;
}

/** Keeps edits of the routing draft on the server: one save at a time, each naming the revision that it was made from. */
export class DraftKeeper {
  readonly keeping = new Store<Keeping>({ state: "kept" });
  readonly #options: Options;
  #revision: number | null = null;
  #sent: Document | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
    const unsaved = options.memory.read();
    if (unsaved === null) return;
    this.#revision = unsaved.revision;
    this.#sent = unsaved.sent;
    this.keeping.set({ state: "waiting", document: unsaved.document });
    this.#saveSoon();
  }

  /** Changes what is edited, or `onServer` when nothing is. */
  edit(change: (document: Document) => Document, onServer: OnServer): void {
    const now = this.keeping.value;
    if (now.state === "kept") this.#revision = onServer.revision;
    const before = now.state === "kept" ? onServer.document : now.document;
    const document = change(before);
    if (document === before) return;
    this.#remember(document);
    if (now.state === "behind" || now.state === "saving") this.keeping.set({ ...now, document });
    else this.keeping.set({ state: "waiting", document });
    this.#saveSoon();
  }

  /** Saves what isn't saved yet; resolves to whether all is on the server then. */
  async flush(): Promise<boolean> {
    clearTimeout(this.#timer);
    while (this.keeping.value.state === "waiting" || this.keeping.value.state === "saving")
      await this.#save();
    return this.keeping.value.state === "kept";
  }

  /** Forgets the edits that could not be saved. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#options.memory.write(null);
    this.keeping.set({ state: "kept" });
  }

  /** Saves the edits over what is on the server now, or tries again what was refused. */
  keepMine(revision: number | null): void {
    const now = this.keeping.value;
    if (now.state === "kept") return;
    this.#revision = revision;
    this.#remember(now.document);
    this.keeping.set({ state: "waiting", document: now.document });
    void this.flush();
  }

  #remember(document: Document): void {
    this.#options.memory.write({ document, revision: this.#revision, sent: this.#sent });
  }

  #saveSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), this.#options.delayMs);
  }

  #save(): Promise<void> {
    this.#running ??= this.#saveOnce().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #saveOnce(): Promise<void> {
    const { value } = this.keeping;
    if (value.state !== "waiting") return;
    const { document } = value;
    this.keeping.set({ state: "saving", document });
    const before = this.#sent;
    this.#sent = document;
    this.#remember(document);
    try {
      const saved = await this.#options.save(document, this.#revision);
      this.#revision = saved.draft.revision;
      this.#options.onSaved(saved);
      this.#settle(document);
    } catch (error) {
      const isBehind = error instanceof Refusal && error.code === "conflict";
      if (isBehind && (await this.#isOwn(before, document))) return;
      const edited = this.keeping.value.state === "kept" ? document : this.keeping.value.document;
      this.keeping.set(
        isBehind ? { state: "behind", document: edited } : { state: "failed", document: edited, error },
      );
    }
  }

  /** Whether the conflict is with an own save; then goes on from there. */
  async #isOwn(before: Document | null, document: Document): Promise<boolean> {
    const now = await this.#options.reread().catch(() => null);
    if (now === null || now.revision === this.#revision) return false;
    if (!isSame(now.document, document) && (before === null || !isSame(now.document, before))) return false;
    this.#revision = now.revision;
    const edited = this.keeping.value.state === "kept" ? document : this.keeping.value.document;
    if (isSame(now.document, edited)) this.forget();
    else this.keeping.set({ state: "waiting", document: edited });
    return true;
  }

  /** What was edited while it was being saved is to be saved next. */
  #settle(saved: Document): void {
    const now = this.keeping.value;
    if (now.state !== "saving" || now.document === saved) {
      this.#options.memory.write(null);
      this.keeping.set({ state: "kept" });
      return;
    }
    this.#remember(now.document);
    this.keeping.set({ state: "waiting", document: now.document });
  }
}

/** Whether two documents say the same, in whatever order their fields stand. */
function isSame(one: unknown, other: unknown): boolean {
  return textOf(one) === textOf(other);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
