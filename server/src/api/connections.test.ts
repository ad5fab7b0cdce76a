import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { Connections } from "./connections.ts";

it("have ended when the last one is closed or upgraded, and at once when there is none", async () => {
  const connections = new Connections();
  await connections.ended();
  const [closing, upgrading] = [new PassThrough(), new PassThrough()];
  connections.add(closing);
  connections.add(upgrading);
  let isOver = false;
  const ended = connections.ended().then(() => (isOver = true));
  connections.release(upgrading);
  expect(isOver).toBe(false);
  closing.destroy();
  await once(closing, "close");
  await ended;
});
