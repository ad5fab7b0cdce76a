/**
 * ICE candidates as FreeSWITCH needs them (RFC 8839 §5.1). It sends to the first one and, once that has answered, hears
 * nobody else for twenty seconds (switch_rtp.c), whatever the browser nominates. Chromium nominates the first pair that
 * works and changes to the best one a moment later: of a machine with two networks not a word would be heard. So only
 * the networks that it will settle on are named, and the best address first. Who is left out is let in as long as
 * nobody else has answered.
 */

interface Candidate {
  line: string;
  priority: number;
  /** Of the network, as Chromium tells it (draft-thatcher-ice-network-cost): a wire has 0 and is not told. */
  cost: number;
}

/** The same description with the candidates of the cheapest networks, by falling priority. */
export function settleCandidates(sdp: string): string {
  const sections = sdp.split(/^(?=m=)/m);
  return sections.map(settleSection).join("");
}

function settleSection(section: string): string {
  const lines = section.split(/(?<=\n)/);
  const candidates = lines.flatMap((line) => readCandidate(line) ?? []);
  const [first] = candidates;
  if (!first) return section;
  const least = Math.min(...candidates.map(({ cost }) => cost));
  const settled = candidates
    .filter(({ cost }) => cost === least)
    .toSorted((a, b) => b.priority - a.priority)
    .map(({ line }) => line);
  const known = new Set(candidates.map(({ line }) => line));
  return lines.flatMap((line) => (line === first.line ? settled : known.has(line) ? [] : [line])).join("");
}

/** Null: no candidate, or one that is not understood and stays where it is. */
function readCandidate(line: string): Candidate | null {
  const match = /^a=candidate:\S+ \d+ \S+ (\d{1,10}) \S+ \d+ typ \S+(.*)$/s.exec(line);
  if (!match) return null;
  const cost = / network-cost (\d{1,5})\b/.exec(match[2] ?? "");
  return { line, priority: Number(match[1]), cost: Number(cost?.[1] ?? 0) };
}
