import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort, freeRtpPort } from "./free-port.ts";
import { startProcess } from "./processes.ts";
import { startRedis } from "./redis-process.ts";
import { waitFor, waitForValue, within } from "./wait-for.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("waiting", () => {
  it("resolves with what the probe found", async () => {
    let asked = 0;
    const found = await waitFor("the third time", () => (asked++ >= 2 ? "here" : undefined), {
      intervalMs: 1,
    });
    expect(found).toBe("here");
  });

  it("says what it waited for and what it saw last", async () => {
    const short = { timeoutMs: 20, intervalMs: 5 };
    await expect(waitFor("rain", () => false, short)).rejects.toThrow(
      "Waited 20 ms for rain; the last answer was: false",
    );
    const broken = () => Promise.reject(new TypeError("no sky"));
    await expect(waitFor("rain", broken, short)).rejects.toThrow("TypeError: no sky");
    await expect(
      waitForValue(
        "three",
        () => 2,
        (n) => n === 3,
        short,
      ),
    ).rejects.toThrow("the last value was: 2");
    await expect(within("never", new Promise(() => undefined), 10)).rejects.toThrow("Waited 10 ms for never");
  });
});

describe("processes", () => {
  it("keep their output, and end with their children", async () => {
    const shell = await startProcess("sh", { args: ["-c", 'sleep 100 & echo "child $!"; wait'] });
    const [, child = ""] = await shell.saying(/child (\d+)/);
    expect(isAlive(Number(child))).toBe(true);
    expect(await shell.stop()).toMatchObject({ signal: "SIGTERM" });
    await waitFor("the child to be gone", () => !isAlive(Number(child)));
    expect(await shell.stop()).toMatchObject({ signal: "SIGTERM" });
  });

  it("are killed when they do not listen to SIGTERM", async () => {
    const stubborn = await startProcess("sh", {
      args: ["-c", "trap '' TERM; echo up; while :; do sleep 1; done"],
    });
    await stubborn.saying(/up/);
    expect(await stubborn.stop(100)).toMatchObject({ signal: "SIGKILL" });
  });

  it("tell when they end instead of saying what was awaited, and when they cannot start", async () => {
    const brief = await startProcess("sh", { args: ["-c", "echo sorry >&2; exit 3"] });
    await expect(brief.saying(/ready/)).rejects.toThrow(/ended \(3\) without saying[^]*sorry/);
    await expect(startProcess("no-such-program-here")).rejects.toThrow(/cannot be started/);
  });
});

describe("free ports", () => {
  it("can be used at once, and RTP's are even", async () => {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      void freePort().then((port) => server.listen(port, "127.0.0.1", resolve));
    });
    expect((server.address() as AddressInfo).port).toBeGreaterThan(0);
    await new Promise((resolve) => server.close(resolve));
    expect((await freeRtpPort()) % 2).toBe(0);
  });
});

/** One command in Redis' inline form, and the first line of the answer. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${command}\r\n`));
    socket.once("error", reject);
    socket.once("data", (data) => {
      socket.destroy();
      resolve(data.toString().trim());
    });
  });
}

describe("Redis of the test's own", () => {
  it("comes back after a crash with what was stored, on the same port", async () => {
    const redis = await startRedis();
    try {
      expect(await ask(redis.port, "SET caller 7")).toBe("+OK");
      await redis.kill();
      await expect(ask(redis.port, "PING")).rejects.toThrow(/ECONNREFUSED/);
      await redis.restart();
      expect(await ask(redis.port, "GET caller")).toBe("$1\r\n7");
    } finally {
      await redis.close();
    }
    await expect(ask(redis.port, "PING")).rejects.toThrow(/ECONNREFUSED/);
  });

  it("does not answer while it is frozen", async () => {
    const redis = await startRedis();
    try {
      redis.freeze();
      const answer = ask(redis.port, "PING");
      await expect(within("PONG", answer, 200)).rejects.toThrow(/Waited/);
      redis.resume();
      expect(await answer).toBe("+PONG");
    } finally {
      await redis.close();
    }
  });
});
