/** Functions that run in the browser's page, sent there as text; what they use of the browser is declared here. */

interface Chunk {
  readonly byteLength: number;
  copyTo(to: Uint8Array): void;
}
declare class AudioData {
  constructor(init: {
    format: "s16";
    sampleRate: number;
    numberOfFrames: number;
    numberOfChannels: number;
    timestamp: number;
    data: Int16Array;
  });
  close(): void;
}
declare class AudioEncoder {
  constructor(init: { output: (chunk: Chunk) => void; error: (error: Error) => void });
  configure(config: object): void;
  encode(data: AudioData): void;
  flush(): Promise<void>;
  close(): void;
}

/** The loop, so many times, as Opus packets of 20 ms in base64: Chromium has an encoder, Node has none. */
export async function encodeOpus(options: { loop: number[]; times: number }): Promise<string[]> {
  const rate = 48_000;
  const packets: string[] = [];
  const problems: string[] = [];
  const encoder = new AudioEncoder({
    output: (chunk) => {
      const bytes = new Uint8Array(chunk.byteLength);
      chunk.copyTo(bytes);
      packets.push(btoa(String.fromCharCode(...bytes)));
    },
    error: (error) => problems.push(error.message),
  });
  encoder.configure({
    ...{ codec: "opus", sampleRate: rate, numberOfChannels: 1, bitrate: 32_000 },
    opus: { application: "voip", frameDuration: 20_000, useinbandfec: true, packetlossperc: 2 },
  });
  const data = Int16Array.from(options.loop);
  for (let i = 0; i < options.times; i += 1) {
    const audio = new AudioData({
      ...{ format: "s16", sampleRate: rate, numberOfFrames: data.length, numberOfChannels: 1 },
      ...{ timestamp: (i * data.length * 1_000_000) / rate, data },
    });
    encoder.encode(audio);
    audio.close();
  }
  await encoder.flush();
  encoder.close();
  if (problems.length > 0) throw new Error(problems[0]);
  return packets;
}
