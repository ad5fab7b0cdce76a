/** What is to come, earliest first; of the same time, in the order in which it was added. */
export class EventHeap<T> {
  private readonly items: { at: number; order: number; what: T }[] = [];
  private added = 0;

  get size(): number {
    return this.items.length;
  }

  /** Infinity when empty. */
  nextAt(): number {
    return this.items[0]?.at ?? Infinity;
  }

  add(at: number, what: T): void {
    this.added += 1;
    this.items.push({ at, order: this.added, what });
    this.rise(this.items.length - 1);
  }

  take(): { at: number; what: T } | null {
    const first = this.items[0];
    const last = this.items.pop();
    if (!first || !last) return null;
    if (this.items.length > 0) {
      this.items[0] = last;
      this.sink();
    }
    return first;
  }

  private isBefore(one: number, other: number): boolean {
    const [a, b] = [this.items[one], this.items[other]];
    if (!a || !b) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private swap(one: number, other: number): void {
    const [a, b] = [this.items[one], this.items[other]];
    if (!a || !b) return;
    this.items[one] = b;
    this.items[other] = a;
  }

  private rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = this.isBefore(left + 1, left) ? left + 1 : left;
      if (!this.isBefore(child, at)) return;
      this.swap(at, child);
      at = child;
    }
  }
}
