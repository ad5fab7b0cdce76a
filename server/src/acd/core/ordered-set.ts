interface Node<T> {
  readonly id: string;
  readonly score: number;
  readonly tie: number | string;
  readonly item: T;
  readonly weight: number;
  left: Node<T> | null;
  right: Node<T> | null;
  size: number;
}

type Tree<T> = Node<T> | null;

/**
 * Items by ascending score, then tie, with their rank: add, remove and rank cost a logarithm. (A treap. The
 * weights come from a counter, so that nothing here depends on chance; they shape the tree, never the order.)
 */
export class OrderedSet<T> {
  private readonly nodes = new Map<string, Node<T>>();
  private root: Tree<T> = null;
  /** The first node, or undefined when it has to be looked for. */
  private least: Tree<T> | undefined = null;
  private seed = 0x9e3779b9;

  get size(): number {
    return this.nodes.size;
  }

  has(id: string): boolean {
    return this.nodes.has(id);
  }

  /** Adds the item, or moves it when the id is there already. Ties must differ between ids of equal score. */
  add(id: string, score: number, tie: number | string, item: T): void {
    this.remove(id);
    const node: Node<T> = { id, score, tie, item, weight: this.draw(), left: null, right: null, size: 1 };
    this.nodes.set(id, node);
    this.root = insert(this.root, node);
    if (this.least === undefined) return;
    if (!this.least || isBefore(score, tie, this.least.score, this.least.tie)) this.least = node;
  }

  remove(id: string): boolean {
    const node = this.nodes.get(id);
    if (!node) return false;
    this.nodes.delete(id);
    this.root = without(this.root, node);
    if (this.least === node) this.least = undefined;
    return true;
  }

  score(id: string): number | undefined {
    return this.nodes.get(id)?.score;
  }

  first(): { id: string; score: number; item: T } | null {
    if (this.least !== undefined) return this.least;
    let node = this.root;
    while (node?.left) node = node.left;
    this.least = node;
    return node;
  }

  /** How many come before this score and tie. */
  countBefore(score: number, tie: number | string): number {
    let count = 0;
    let node = this.root;
    while (node) {
      if (isBefore(node.score, node.tie, score, tie)) {
        count += sizeOf(node.left) + 1;
        node = node.right;
      } else node = node.left;
    }
    return count;
  }

  /** All items in order, as a list of their own: the set may be changed meanwhile. */
  values(): T[] {
    const items: T[] = [];
    walkTree(this.root, (item) => items.push(item) > 0);
    return items;
  }

  /** Visits in order until `visit` returns false. */
  walk(visit: (item: T, score: number, id: string) => boolean): void {
    walkTree(this.root, visit);
  }

  /** xorshift32 */
  private draw(): number {
    let x = this.seed;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.seed = x;
    return x;
  }
}

function isBefore(
  score: number,
  tie: number | string,
  otherScore: number,
  otherTie: number | string,
): boolean {
  return score < otherScore || (score === otherScore && tie < otherTie);
}

function sizeOf<T>(tree: Tree<T>): number {
  return tree ? tree.size : 0;
}

function measure<T>(node: Node<T>): Node<T> {
  node.size = sizeOf(node.left) + sizeOf(node.right) + 1;
  return node;
}

function insert<T>(tree: Tree<T>, node: Node<T>): Node<T> {
  if (!tree) return node;
  if (node.weight > tree.weight) {
    split(tree, node, node);
    return measure(node);
  }
  if (isBefore(node.score, node.tie, tree.score, tree.tie)) tree.left = insert(tree.left, node);
  else tree.right = insert(tree.right, node);
  tree.size += 1;
  return tree;
}

/** Puts what comes before `pivot` into `into.left` and the rest into `into.right`. */
function split<T>(tree: Tree<T>, pivot: Node<T>, into: { left: Tree<T>; right: Tree<T> }): void {
  if (!tree) {
    into.left = null;
    into.right = null;
  } else if (isBefore(tree.score, tree.tie, pivot.score, pivot.tie)) {
    split(tree.right, pivot, into);
    tree.right = into.left;
    into.left = measure(tree);
  } else {
    split(tree.left, pivot, into);
    tree.left = into.right;
    into.right = measure(tree);
  }
}

function merge<T>(before: Tree<T>, after: Tree<T>): Tree<T> {
  if (!before) return after;
  if (!after) return before;
  if (before.weight > after.weight) {
    before.right = merge(before.right, after);
    return measure(before);
  }
  after.left = merge(before, after.left);
  return measure(after);
}

function without<T>(tree: Tree<T>, node: Node<T>): Tree<T> {
  if (!tree) return null;
  if (tree === node) return merge(tree.left, tree.right);
  if (isBefore(node.score, node.tie, tree.score, tree.tie)) tree.left = without(tree.left, node);
  else tree.right = without(tree.right, node);
  tree.size -= 1;
  return tree;
}

function walkTree<T>(tree: Tree<T>, visit: (item: T, score: number, id: string) => boolean): boolean {
  if (!tree) return true;
  return walkTree(tree.left, visit) && visit(tree.item, tree.score, tree.id) && walkTree(tree.right, visit);
}
