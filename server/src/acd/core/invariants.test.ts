import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Board } from "./board.ts";
import { createBoard } from "./board.ts";
import type { Effect } from "./effect.ts";
import type { LogEntry } from "./event.ts";
import { history, lineOf, startMs, type Step } from "./histories.case.ts";
import { reduce } from "./reduce.ts";
import { restoreBoard, saveBoard } from "./snapshot.ts";
import { spell, Witness } from "./witness.case.ts";

interface Run {
  board: Board;
  lines: LogEntry[];
  effects: Effect[][];
}

function run(steps: Step[], after: (board: Board, line: LogEntry, effects: Effect[]) => void): Run {
  const board = createBoard();
  const offerIds: string[] = [];
  const lines: LogEntry[] = [];
  const all: Effect[][] = [];
  let at = startMs;
  for (const [number, step] of steps.entries()) {
    at += step.afterMs;
    const line = lineOf(step, number + 1, at, offerIds);
    const effects = reduce(board, structuredClone(line));
    for (const effect of effects) if (effect.type === "offer") offerIds.push(effect.offerId);
    lines.push(line);
    all.push(effects);
    after(board, line, effects);
  }
  return { board, lines, effects: all };
}

describe("whatever happens, in whatever order, late or twice", () => {
  it("the invariants of routing hold after every event", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const witness = new Witness();
        run(steps, (board, line, effects) => {
          witness.watch(board, line, effects);
        });
      }),
      { numRuns: 250 },
    );
  }, 30_000);

  it("the indexes are what a board built anew from the records has", () => {
    fc.assert(
      fc.property(history, (steps) => {
        run(steps, (board) => {
          expect(spell(board)).toEqual(spell(restoreBoard(saveBoard(board))));
        });
      }),
      { numRuns: 40 },
    );
  }, 30_000);

  it("a replay from any snapshot gives the same effects and the same board", () => {
    fc.assert(
      fc.property(history, fc.nat(), (steps, where) => {
        const snapshots: string[] = [];
        const first = run(steps, (board) => snapshots.push(saveBoard(board)));
        const from = where % snapshots.length;
        const board = restoreBoard(snapshots[from] ?? "");
        const effects = first.lines.slice(from + 1).map((line) => reduce(board, structuredClone(line)));
        expect(effects).toEqual(first.effects.slice(from + 1));
        expect(spell(board)).toEqual(spell(first.board));
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  it("lines that the log holds twice are done once", () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat()), (steps, repeats) => {
        const first = run(steps, () => undefined);
        const board = createBoard();
        for (const [index, line] of first.lines.entries()) {
          expect(reduce(board, structuredClone(line))).toEqual(first.effects[index]);
          const again = first.lines[(repeats[index] ?? 0) % (index + 1)];
          const isKnown = again && board.lines.has(again.session);
          if (isKnown) expect(reduce(board, structuredClone(again))).toEqual([]);
        }
        expect(spell(board)).toEqual(spell(first.board));
      }),
      { numRuns: 100 },
    );
  }, 30_000);

  it("every line gets exactly one answer, and no line trips the router", () => {
    fc.assert(
      fc.property(history, (steps) => {
        run(steps, (_board, line, effects) => {
          const replies = effects.filter((effect) => effect.type === "reply");
          expect(replies).toHaveLength(1);
          expect(replies[0]).toMatchObject({ session: line.session, line: line.line });
        });
      }),
      { numRuns: 100 },
    );
  }, 30_000);
});
