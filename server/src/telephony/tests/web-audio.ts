/** A browser's audio without a browser: the DTLS peer of the other workspace's conformance suite, by its address. */
export interface WebAudio {
  readonly offer: string;
  accept(answer: string): Promise<void>;
  waitForTone(hz: number): Promise<unknown>;
  play(hz: number): void;
  press(digits: string): void;
  close(): Promise<void>;
}

interface DtlsAudio {
  readonly ear: { waitForTone(hz: number): Promise<unknown> };
  readonly mouth: { sayTone(hz: number): void; press(digits: string): void };
  readonly offer: string;
  accept(answer: string): Promise<void>;
  close(): Promise<void>;
}

export async function openWebAudio(): Promise<WebAudio> {
  const url = new URL("../../../../embedded/conformance/peer/dtls-audio.ts", import.meta.url);
  const { DtlsAudio } = (await import(url.href)) as { DtlsAudio: { open(): Promise<DtlsAudio> } };
  const audio = await DtlsAudio.open();
  return {
    offer: audio.offer,
    accept: (answer) => audio.accept(answer),
    waitForTone: (hz) => audio.ear.waitForTone(hz),
    play: (hz) => audio.mouth.sayTone(hz),
    press: (digits) => audio.mouth.press(digits),
    close: () => audio.close(),
  };
}
