/** The program on the real pair, with a number for each kind of call and the processes that share the machine. */
import { type House, openHouse } from "../../src/tests/system/house.ts";
import { type BenchLines, openLines } from "../bench-house.ts";
import { pidListeningOn } from "./processes.ts";

export type Part = "controller" | "drachtio" | "freeswitch";

export interface RealHouse extends BenchLines {
  house: House;
  metricsUrl: string;
  pids: Record<Part, number>;
  close(): Promise<void>;
}

export async function openRealHouse(): Promise<RealHouse> {
  const { DRACHTIO_PORT = "9022", FREESWITCH_PORT = "8021", DRACHTIO_HOST } = process.env;
  if (DRACHTIO_HOST === undefined) throw new Error("DRACHTIO_HOST and its companions name no real pair");
  const house = await openHouse({
    RINGDOWN_LOG_LEVEL: "warn",
    RINGDOWN_METRICS_PORT: "0",
    // Agents sign in by one-time links, thirty a minute and address: each comes from an address of its own.
    RINGDOWN_TRUSTED_PROXIES: "127.0.0.1",
    // `--require` of a profiler, for whoever looks where the time goes.
    ...(process.env["NODE_OPTIONS"] === undefined ? {} : { NODE_OPTIONS: process.env["NODE_OPTIONS"] }),
  });
  try {
    const controller = house.program.child.pid ?? 0;
    const [drachtio, freeswitch] = await Promise.all(
      [DRACHTIO_PORT, FREESWITCH_PORT].map((port) => pidListeningOn(Number(port))),
    );
    return {
      ...(await openLines(house)),
      house,
      metricsUrl: house.program.metrics ?? "",
      pids: { controller, drachtio: drachtio ?? 0, freeswitch: freeswitch ?? 0 },
      close: () => house.close(),
    };
  } catch (error) {
    await house.close();
    throw error;
  }
}
