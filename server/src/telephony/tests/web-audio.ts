/** A browser's audio without a browser: the DTLS peer of the other workspace's conformance suite, by its address. */
export interface WebAudio {
  readonly offer: string;
  accept(answer: string): Promise<void>;
  waitForTone(hz: number): Promise<unknown>;
  play(hz: number): void;
  press(digits: string): void;
  /** One packet of audio, ready made. */
  say(payload: Buffer, timestamp: number): void;
  readonly isConnected: boolean;
  close(): Promise<void>;
}

interface DtlsAudio {
  readonly ear: { waitForTone(hz: number): Promise<unknown> };
  readonly mouth: { sayTone(hz: number): void; press(digits: string): void };
  readonly offer: string;
  readonly isConnected: boolean;
  accept(answer: string): Promise<void>;
  say(payload: Buffer, timestamp: number): void;
  close(): Promise<void>;
}

/** With Opus there is no more to hear and say than packets: Node has no such codec. */
export async function openWebAudio(codec: "PCMU" | "opus" = "PCMU"): Promise<WebAudio> {
  const url = new URL("../../../../embedded/conformance/peer/dtls-audio.ts", import.meta.url);
  const { DtlsAudio } = (await import(url.href)) as {
    DtlsAudio: { open(codec: string): Promise<DtlsAudio> };
  };
  const audio = await DtlsAudio.open(codec);
  return {
    offer: audio.offer,
    accept: (answer) => audio.accept(answer),
    waitForTone: (hz) => audio.ear.waitForTone(hz),
    play: (hz) => audio.mouth.sayTone(hz),
    press: (digits) => audio.mouth.press(digits),
    say: (payload, timestamp) => audio.say(payload, timestamp),
    get isConnected() {
      return audio.isConnected;
    },
    close: () => audio.close(),
  };
}
