import { createBoard, nextDeadline, reduce } from "../acd/acd.ts";
import type { SimulatedRouter } from "./core/engine.ts";

/** The router of production on an empty board: the same reducer, told line by line, without a log. */
export function openProductionRouter(): SimulatedRouter {
  const board = createBoard();
  let line = 0;
  return {
    tell(event, at) {
      line += 1;
      return reduce(board, { session: "simulation", line, at, event });
    },
    nextDeadline: () => nextDeadline(board),
  };
}
