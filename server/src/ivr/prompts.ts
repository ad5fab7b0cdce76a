/** Where prompts lie: shipped ones under assets, uploaded ones in a folder of the data directory. */
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../base/failure.ts";
import { encodeWav, parseWav } from "../base/wav.ts";
import { PromptId } from "../contract/flow.ts";
import { Language } from "../contract/people.ts";
import type { SpokenPrompt } from "./core/flow-state.ts";
import { shippedPrompts } from "./core/prompt-catalog.ts";
import {
  keptRate,
  mixDown,
  planResampling,
  refuseAudio,
  resampledLength,
  resampleInto,
} from "./core/uploaded-audio.ts";

/** What a call needs: prompts as files. */
export interface PromptFiles {
  /** Absolute paths in order, and the sentences for what could not be found (left out of the files). */
  resolve(prompts: readonly SpokenPrompt[]): { files: string[]; missing: string[] };
  /** The files of shipped prompts (`queuePositionPrompts` and their like) in a language, or else in English. */
  files(ids: readonly string[], language: string): string[];
  /** Hold music: an uploaded prompt, or the shipped one for null and for an upload that is gone. */
  music(uploadId: string | null): string;
}

/** What administration needs as well. */
export interface PromptLibrary extends PromptFiles {
  /** What is shipped, with its text in English. */
  list(): { id: string; languages: Language[]; text: string }[];
  /** What a shipped prompt says; "" for one that is not shipped. */
  textOf(id: string, language: Language): string;
  /** The file to listen to: an upload by its id, or a shipped prompt; Failure("not-found"). */
  find(id: string, language: Language): string;
  /**
   * Checks and stores an upload: 16-bit PCM WAV, one or two channels, 8 to 48 kHz, 10 MB, ten minutes; it is kept as
   * mono of at most 16 kHz. Failure "unsupported-media", "too-large" or "bad-request".
   */
  save(id: string, file: Buffer): Promise<{ durationMs: number; bytes: number }>;
  /** Removes an upload; no-op when it is gone. */
  remove(id: string): Promise<void>;
  /** Ids of the uploads on disk. */
  uploads(): Promise<Set<string>>;
}

/** The largest file that is accepted, in bytes. */
export const largestUploadBytes = 10 * 1024 * 1024;

const shippedAssets = fileURLToPath(new URL("../../assets/", import.meta.url));
const fallbackLanguage: Language = "en";

/** `uploadsDirectory` is created at the first upload. `assetsDirectory` is for media servers that see another path. */
export function openPrompts(options: { uploadsDirectory: string; assetsDirectory?: string }): PromptLibrary {
  const assets = options.assetsDirectory ?? shippedAssets;
  const uploadPath = (id: string): string => join(options.uploadsDirectory, `${checkedId(id)}.wav`);
  const uploaded = (id: string): string | null => {
    const path = uploadPath(id);
    return existsSync(path) ? path : null;
  };
  const shippedPath = (id: string, language: string): string | null => {
    if (!shippedPrompts.has(id)) return null;
    const spoken = Language.safeParse(language).data ?? fallbackLanguage;
    const candidates = [spoken, fallbackLanguage].map((name) => join(assets, "prompts", name, `${id}.wav`));
    return candidates.find((path) => existsSync(path)) ?? null;
  };
  const locate = ({ ref, language }: SpokenPrompt): string | null =>
    "upload" in ref ? uploaded(ref.upload) : shippedPath(ref.prompt, language);

  return {
    resolve(prompts) {
      const found = prompts.map((prompt) => ({ prompt, file: locate(prompt) }));
      return {
        files: found.flatMap(({ file }) => file ?? []),
        missing: found.filter(({ file }) => file === null).map(({ prompt }) => describeMissing(prompt)),
      };
    },
    files: (ids, language) => ids.flatMap((id) => shippedPath(id, language) ?? []),
    music: (uploadId) => (uploadId === null ? null : uploaded(uploadId)) ?? join(assets, "music", "hold.wav"),
    list: () =>
      [...shippedPrompts].map(([id, text]) => ({ id, languages: [...Language.options], text: text.en })),
    textOf: (id, language) => shippedPrompts.get(id)?.[language] ?? "",
    find(id, language) {
      const path = shippedPath(id, language) ?? uploaded(id);
      if (path === null) throw new Failure("not-found", `There is no prompt ${id}`);
      return path;
    },
    save: (id, file) => save(options.uploadsDirectory, uploadPath(id), file),
    remove: (id) => rm(uploadPath(id), { force: true }),
    uploads: () => listUploads(options.uploadsDirectory),
  };
}

/** Ids become file names: one that could leave the folder never gets this far. */
function checkedId(id: string): string {
  if (!PromptId.safeParse(id).success) throw new Failure("not-found", `There is no prompt ${id}`);
  return id;
}

function describeMissing({ ref, language }: SpokenPrompt): string {
  return "upload" in ref
    ? `The uploaded prompt ${ref.upload} is gone`
    : `There is no prompt ${ref.prompt} in ${language}`;
}

async function save(
  directory: string,
  path: string,
  file: Buffer,
): Promise<{ durationMs: number; bytes: number }> {
  const wav = await normaliseUpload(file);
  await mkdir(directory, { recursive: true });
  // Whoever plays the prompt meanwhile sees the old file or the new one, never half of one.
  const half = `${path}.part`;
  await writeFile(half, wav.bytes);
  await rename(half, path);
  return { durationMs: wav.durationMs, bytes: wav.bytes.length };
}

/** A prompt as it is stored, from what was uploaded. Failure with a sentence that says what is wrong with it. */
export async function normaliseUpload(file: Buffer): Promise<{ bytes: Buffer; durationMs: number }> {
  if (file.length > largestUploadBytes) {
    throw new Failure("too-large", `The prompt is larger than ${largestUploadBytes / 1024 / 1024} MB`);
  }
  const audio = parseWav(file);
  if ("problem" in audio) {
    throw new Failure(
      "unsupported-media",
      `The prompt cannot be used: ${audio.problem}. Upload 16-bit PCM WAV`,
    );
  }
  const refusal = refuseAudio(audio);
  if (refusal !== null) throw new Failure("bad-request", `The prompt cannot be used: ${refusal}`);
  const sampleRate = keptRate(audio.sampleRate);
  const samples = await resample(mixDown(audio), audio.sampleRate, sampleRate);
  return {
    bytes: encodeWav(samples, sampleRate, 1),
    durationMs: Math.round((samples.length * 1_000) / sampleRate),
  };
}

/** A few milliseconds of work each: calls are being routed meanwhile. */
const samplesPerPiece = 20_000;

async function resample(samples: Int16Array, from: number, to: number): Promise<Int16Array> {
  if (from === to) return samples;
  const plan = planResampling(from, to);
  const output = new Int16Array(resampledLength(plan, samples.length));
  for (let first = 0; first < output.length; first += samplesPerPiece) {
    resampleInto(output, samples, plan, [first, Math.min(first + samplesPerPiece, output.length)]);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return output;
}

async function listUploads(directory: string): Promise<Set<string>> {
  if (!existsSync(directory)) return new Set();
  const names = await readdir(directory);
  return new Set(names.filter((name) => name.endsWith(".wav")).map((name) => name.slice(0, -4)));
}
