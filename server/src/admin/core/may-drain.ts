/** Whether a media server may be drained: somebody has to be left who takes calls. */

/** As far as whoever asks can see. */
export interface KnownMediaServer {
  name: string;
  /** It is up and says that it takes sessions; drained or not. */
  isReady: boolean;
}

/** Why not, in a sentence; null: it may. */
export function refusalOfDrain(
  name: string,
  servers: readonly KnownMediaServer[],
  drained: ReadonlySet<string>,
): { isUnknown: boolean; sentence: string } | null {
  if (!servers.some((each) => each.name === name)) {
    const names = servers.map((each) => each.name).join(", ");
    const known = names === "" ? "none is known" : `there is ${names}`;
    return { isUnknown: true, sentence: `There is no media server ${name}: ${known}` };
  }
  const left = servers.filter((each) => each.name !== name && each.isReady && !drained.has(each.name));
  if (left.length > 0) return null;
  const sentence = `${name} is the last media server that takes calls: drained, every new call would be refused with 503. Start or undrain another one first, or insist (force)`;
  return { isUnknown: false, sentence };
}
