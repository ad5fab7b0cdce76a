import { describe, expect, it } from "vitest";
import { readHeartbeat, readStatus } from "./media-status.ts";

/** As FreeSWITCH 1.10 and 1.11 write it. */
const status = `UP 0 years, 0 days, 0 hours, 4 minutes, 11 seconds, 385 milliseconds, 551 microseconds
FreeSWITCH (Version 1.10.12 -release 64bit) is ready
31 session(s) since startup
4 session(s) - peak 12, last 5min 12 
0 session(s) per Sec out of max 200, peak 6, last 5min 6 
2000 session(s) max
min idle cpu 0.00/87.50
Current Stack Size/Max 240K/8192K
`;

describe("what a media server tells", () => {
  it("is read from its status", () => {
    expect(readStatus(status)).toEqual({ isPaused: false, sessions: 4, maxSessions: 2_000, idleCpu: 0.875 });
  });

  it("says that it is paused", () => {
    expect(readStatus(status.replace("is ready", "is not ready"))?.isPaused).toBe(true);
  });

  it("is null when it is something else", () => {
    expect(readStatus("-ERR no reply\n")).toBeNull();
    expect(readStatus("")).toBeNull();
    expect(readHeartbeat(() => undefined)).toBeNull();
  });

  it("is read from its heartbeat", () => {
    const headers: Record<string, string> = {
      "Session-Count": "7",
      "Max-Sessions": "1000",
      "Idle-CPU": "98.033333",
    };
    const read = readHeartbeat((name) => headers[name]);
    expect(read).toMatchObject({ sessions: 7, maxSessions: 1_000 });
    expect(read?.idleCpu).toBeCloseTo(0.980_333);
  });
});
