import { readFile, stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { WavAudio } from "./core/wav.ts";
import { parseWav } from "./core/wav.ts";

interface CachedFile {
  audio: WavAudio;
  modifiedAtMs: number;
  bytes: number;
}

const cacheBytes = 64 * 1024 * 1024;

/** Finds sound files and keeps the recently used ones in memory. */
export class SoundLibrary {
  readonly #baseDirectory: string;
  readonly #cache = new Map<string, CachedFile>();
  #cachedBytes = 0;

  constructor(baseDirectory: string) {
    this.#baseDirectory = baseDirectory;
  }

  resolvePath(path: string): string {
    return isAbsolute(path) ? path : resolve(this.#baseDirectory, path);
  }

  /** The file's audio; undefined if it is missing, unreadable, or no WAV that we know. */
  async load(path: string): Promise<WavAudio | undefined> {
    const full = this.resolvePath(path);
    const information = await stat(full).catch(() => undefined);
    if (!information?.isFile()) return undefined;
    const cached = this.#cache.get(full);
    if (cached?.modifiedAtMs === information.mtimeMs && cached.bytes === information.size) {
      this.#cache.delete(full);
      this.#cache.set(full, cached);
      return cached.audio;
    }
    const content = await readFile(full).catch(() => undefined);
    const audio = content && parseWav(content);
    if (audio) this.#remember(full, { audio, modifiedAtMs: information.mtimeMs, bytes: information.size });
    return audio;
  }

  #remember(path: string, file: CachedFile): void {
    this.#forget(path);
    this.#cache.set(path, file);
    this.#cachedBytes += file.bytes;
    for (const oldest of this.#cache.keys()) {
      if (this.#cachedBytes <= cacheBytes || oldest === path) return;
      this.#forget(oldest);
    }
  }

  #forget(path: string): void {
    this.#cachedBytes -= this.#cache.get(path)?.bytes ?? 0;
    this.#cache.delete(path);
  }
}
