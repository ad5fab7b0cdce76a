/** What the tests' people are called, dial and know: none of it may be in a program's log at info. */

const known = new Set<string>();
/** Shorter ones are in ports, times and lengths by chance. */
const shortest = 5;

/** Remembered for the rest of this test file. */
export function keepSecret(...texts: (string | null | undefined)[]): void {
  for (const text of texts) {
    const plain = text?.replace(/^\+/, "") ?? "";
    if (plain.length >= shortest) known.add(plain);
  }
}

/** Fields that only a line about a call has. */
const ofCalls = ["offerId", "recordingId", "channelId", "sipCallId", "seq"];

/** What is wrong with the lines of a log, one sentence a line; JSON lines at info and above are looked at. */
export function judgeLog(output: string): string[] {
  const lines = output
    .split("\n")
    .filter((line) => line.startsWith('{"level":') && !line.includes('"level":"debug"'));
  return lines.flatMap((line) => {
    const fields = JSON.parse(line) as Record<string, unknown>;
    const names = Object.keys(fields);
    const told = [...known].filter((text) => line.includes(text));
    return [
      ...told.map((text) => `${text} is in ${line}`),
      ...(names.includes("interactionId") ? [`a call is called callId: ${line}`] : []),
      ...(names.some((name) => ofCalls.includes(name)) && fields["callId"] === undefined
        ? [`a line about a call does not name it: ${line}`]
        : []),
    ];
  });
}
