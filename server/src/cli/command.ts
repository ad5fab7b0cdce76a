/** What a sub-command of `ringdown` is. */
export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** The whole help, with examples. */
  help: string;
  /** Resolves with the exit code. Throws UsageError, or a Failure with a sentence. */
  run(args: string[], terminal: Terminal): Promise<number>;
}

export interface Terminal {
  environment: Record<string, string | undefined>;
  /** Results. */
  print(text: string): void;
  /** Progress and remarks; never part of a result. */
  say(text: string): void;
  isInteractive: boolean;
}

export const exitCodes = { done: 0, failed: 1, usage: 2 } as const;

/** The command was called wrongly; the sentence says how. */
export class UsageError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = "UsageError";
  }
}
