import { describe, expect, it } from "vitest";
import { Turnstile } from "./turnstile.ts";

/** Enters in turn and writes down who is let in. */
function entering(turnstile: Turnstile) {
  const inside: string[] = [];
  const enter = async (name: string, isUrgent = false) => {
    const leave = await turnstile.enter(isUrgent);
    inside.push(name);
    return leave;
  };
  return { inside, enter };
}

const turn = () => new Promise(setImmediate);

describe("a turnstile", () => {
  it("lets so many in and the others in their order, each when one leaves", async () => {
    const turnstile = new Turnstile(2);
    const { inside, enter } = entering(turnstile);
    const [first, second] = [await enter("a"), await enter("b")];
    void enter("c");
    void enter("d");
    await turn();
    expect(inside).toEqual(["a", "b"]);
    expect(turnstile.waiting).toBe(2);
    second();
    await turn();
    expect(inside).toEqual(["a", "b", "c"]);
    first();
    await turn();
    expect(inside).toEqual(["a", "b", "c", "d"]);
    expect(turnstile.waiting).toBe(0);
  });

  it("lets the urgent pass those who wait", async () => {
    const turnstile = new Turnstile(1);
    const { inside, enter } = entering(turnstile);
    const leave = await enter("a");
    void enter("b");
    void enter("urgent", true);
    leave();
    await turn();
    expect(inside).toEqual(["a", "urgent"]);
  });

  it("counts who leaves twice once", async () => {
    const turnstile = new Turnstile(1);
    const { inside, enter } = entering(turnstile);
    const leave = await enter("a");
    void enter("b");
    void enter("c");
    leave();
    leave();
    await turn();
    expect(inside).toEqual(["a", "b"]);
  });
});
