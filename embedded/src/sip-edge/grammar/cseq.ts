export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** RFC 3261 section 8.1.1.5: the number must be less than 2^31. */
export function parseCSeq(value: string): CSeq | undefined {
  const match = /^(\d{1,10})\s+([A-Za-z0-9\-.!%*_+`'~]+)$/.exec(value.trim());
  const number = Number(match?.[1] ?? Number.NaN);
  if (match === null || !(number < 2 ** 31)) return undefined;
  return { number, method: match[2] ?? "" };
}
